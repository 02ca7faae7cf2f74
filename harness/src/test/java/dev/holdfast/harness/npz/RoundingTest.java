package dev.holdfast.harness.npz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundingTest {

  @TempDir private Path dir;

  private Optional<String> said(double... values) throws IOException {
    return said(ByteOrder.LITTLE_ENDIAN, values);
  }

  private Optional<String> said(ByteOrder order, double... values) throws IOException {
    Path file = dir.resolve("stored.npz");
    ByteBuffer labels = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer embeddings = ByteBuffer.allocate(8 * values.length).order(order);
    for (int i = 0; i < values.length; i++) {
      embeddings.putDouble(values[i]);
      if (i % 2 == 0) {
        labels.putLong(i % 4);
      }
    }
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      String type = order == ByteOrder.BIG_ENDIAN ? ">f8" : "<f8";
      int rows = values.length / 2;
      write(zip, "embeddings", type, "(%d, 2)".formatted(rows), embeddings.array(), 16 * rows);
      write(zip, "labels", "<i8", "(%d,)".formatted(rows), labels.array(), 8 * rows);
    }
    return Rounding.of(EmbeddingFile.read(file));
  }

  private static void write(
      ZipOutputStream zip, String name, String type, String shape, byte[] data, int length)
      throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n".formatted(type, shape);
    zip.putNextEntry(new ZipEntry(name + ".npy"));
    zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    zip.write(header.getBytes(StandardCharsets.ISO_8859_1));
    zip.write(data, 0, length);
  }

  @Test
  void numbers_that_float32_holds_lose_nothing() throws IOException {
    assertThat(said(1, 0.5, -3, 0.25)).isEmpty();
    assertThat(said(ByteOrder.BIG_ENDIAN, 1, 0.5, -3, 0.25)).isEmpty();
  }

  @Test
  void what_is_rounded_is_told_in_parts_of_the_spread() throws IOException {
    // Off by 0.1 - 0.1f in one number of two rows, half of 0.9 off their mean each.
    double share = (0.1f - 0.1) / (0.9 / Math.sqrt(2));
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      assertThat(said(order, 0.1, 1, 1, 1))
          .get()
          .asString()
          .contains("float64", "by %.1e of their spread.".formatted(share))
          .doesNotContain("Maybe");
    }
  }

  @Test
  void differences_that_are_small_beside_the_numbers_are_a_warning() throws IOException {
    assertThat(said(1000, 1000.0001, 1000.0002, 1000, 1000.0003, 1000.0001))
        .get()
        .asString()
        .contains("neighbors may change places", "subtract their mean");
  }

  @Test
  void embeddings_that_all_become_one_are_refused() {
    assertThatThrownBy(() -> said(1e6, 1e6 + 1e-4, 1e6 + 2e-4, 1e6, 1e6 + 1e-4, 1e6))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("embeddings (float64)", "all are one", "subtract it");
  }
}
