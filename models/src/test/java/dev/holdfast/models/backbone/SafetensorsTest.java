package dev.holdfast.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("native")
class SafetensorsTest {

  private static byte[] file(String header, int values) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + 4 * values).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (int i = 0; i < values; i++) {
      bytes.putFloat(i);
    }
    return bytes.array();
  }

  @Test
  void what_is_written_can_be_read_and_counters_are_passed_over() {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      Weights weights = new Weights(manager);
      weights.put("a", new float[] {1, 2, 3, 4}, new Shape(2, 2));
      weights.put("b", new float[] {5}, new Shape(1));
      Weights read = Safetensors.decode(Safetensors.encode(weights.all()), "x", manager);
      assertThat(read.all()).containsOnlyKeys("a", "b");
      assertThat(read.get("a").getShape()).isEqualTo(new Shape(2, 2));
      assertThat(read.get("a").toFloatArray()).containsExactly(1, 2, 3, 4);
      Weights some =
          Safetensors.decode(
              file(
                  "{\"n\": {\"dtype\": \"I64\", \"shape\": [], \"data_offsets\": [0, 8]},"
                      + " \"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [8, 16]}}",
                  4),
              "x",
              manager);
      assertThat(some.all()).containsOnlyKeys("a");
      assertThat(some.get("a").toFloatArray()).containsExactly(2, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1, 2]",
        "12",
        "null",
        "{\"a\": null}",
        "{\"a\": 3}",
        "{\"a\": {\"shape\": [4], \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": null, \"shape\": [4], \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [null], \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [-16, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-4], \"data_offsets\": [16, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [-2, -2], \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [0, 16]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [5], \"data_offsets\": [0, 20]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0, 0]}}",
        "{\"a\": {\"dtype\": \"F16\", \"shape\": [8], \"data_offsets\": [0, 16]}}",
        "{\"a\": "
      })
  void refuses_a_header_that_does_not_fit(String header) {
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      assertThatThrownBy(() -> Safetensors.decode(file(header, 4), "broken.safetensors", manager))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("weights (broken.safetensors) must be a whole safetensors file");
    }
  }
}
