package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The safetensors format: a 64-bit little-endian length, that many bytes of JSON with the type,
 * shape and offsets of each tensor, then the raw little-endian values. Only F32 is read and written
 * here; integer tensors (counters of batch norm) are passed over.
 *
 * @see <a href="https://github.com/huggingface/safetensors">the format</a>
 */
public final class Safetensors {

  private static final String METADATA = "__metadata__";
  private static final String TYPE = "F32";
  private static final JsonMapper MAPPER = new JsonMapper();

  private Safetensors() {}

  private record Entry(String dtype, List<Long> shape, List<Long> data_offsets) {}

  /**
   * Returns the bytes of a file with these arrays, in their order.
   *
   * @param arrays float32
   */
  public static byte[] encode(Map<String, NDArray> arrays) {
    Map<String, Entry> header = new LinkedHashMap<>();
    long offset = 0;
    for (Map.Entry<String, NDArray> e : arrays.entrySet()) {
      Shape shape = e.getValue().getShape();
      long end = offset + 4 * shape.size();
      header.put(
          e.getKey(),
          new Entry(
              TYPE,
              java.util.Arrays.stream(shape.getShape()).boxed().toList(),
              List.of(offset, end)));
      offset = end;
    }
    byte[] json = MAPPER.writeValueAsBytes(header);
    int padding = (8 - json.length % 8) % 8;
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.toIntExact(8 + json.length + padding + offset))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length + padding).put(json);
    buffer.put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    for (NDArray array : arrays.values()) {
      for (float value : array.toFloatArray()) {
        buffer.putFloat(value);
      }
    }
    return buffer.array();
  }

  /**
   * Reads a file.
   *
   * @return weights on a sub-manager of {@code parent}, in the order of the file
   * @throws InputException if the file is not whole or holds floating-point types other than F32
   */
  public static Weights read(Path file, NDManager parent) {
    try {
      return decode(Files.readAllBytes(file), file.getFileName().toString(), parent);
    } catch (IOException e) {
      throw new InputException(
          "The weights (%s) must be readable.%nMaybe the name is misspelt in the model card or the recipe."
              .formatted(file),
          e);
    }
  }

  /** Reads the bytes of a file; see {@link #read}. */
  public static Weights decode(byte[] bytes, String name, NDManager parent) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 8 || buffer.getLong(0) < 2 || buffer.getLong(0) > bytes.length - 8) {
      throw broken(name, "its header is cut off", null);
    }
    int length = (int) buffer.getLong(0);
    Map<String, Entry> header = new LinkedHashMap<>();
    try {
      JsonNode tree = MAPPER.readTree(bytes, 8, length);
      if (!tree.isObject()) {
        throw broken(name, "its header is not a JSON object", null);
      }
      tree.forEachEntry(
          (key, value) -> {
            if (!key.equals(METADATA)) {
              header.put(key, MAPPER.treeToValue(value, Entry.class));
            }
          });
    } catch (JacksonException e) {
      throw broken(name, "its header is not JSON", e);
    }
    // Everything is checked before the first array is made, so that none is left behind.
    header.forEach((key, entry) -> check(key, entry, bytes.length - 8L - length, name));
    Weights weights = new Weights(parent);
    header.forEach(
        (key, entry) -> {
          if (entry.dtype().equals(TYPE)) {
            buffer.position(Math.toIntExact(8L + length + entry.data_offsets().get(0)));
            Shape shape = new Shape(entry.shape());
            float[] values = new float[Math.toIntExact(shape.size())];
            buffer.asFloatBuffer().get(values);
            weights.put(key, values, shape);
          }
        });
    return weights;
  }

  private static void check(String key, Entry entry, long size, String name) {
    if (entry == null
        || entry.dtype() == null
        || entry.shape() == null
        || entry.data_offsets() == null
        || entry.data_offsets().size() != 2
        || Stream.concat(entry.shape().stream(), entry.data_offsets().stream())
            .anyMatch(n -> n == null || n < 0)) {
      throw broken(name, key + " has no dtype, shape and data_offsets as they should be", null);
    }
    if (!entry.dtype().equals(TYPE)) {
      if (entry.dtype().startsWith("F") || entry.dtype().startsWith("BF")) {
        throw broken(name, key + " is " + entry.dtype() + ", and only " + TYPE + " is read", null);
      }
      return;
    }
    long start = entry.data_offsets().get(0);
    long end = entry.data_offsets().get(1);
    BigInteger bytes =
        entry.shape().stream()
            .map(BigInteger::valueOf)
            .reduce(BigInteger.valueOf(4), BigInteger::multiply);
    if (end > size || !bytes.equals(BigInteger.valueOf(end - start))) {
      throw broken(name, key + " is cut off", null);
    }
  }

  private static InputException broken(String name, String why, Throwable cause) {
    return new InputException(
        "The weights (%s) must be a whole safetensors file, but %s.%nMaybe the file was not copied to its end."
            .formatted(name, why),
        cause);
  }
}
