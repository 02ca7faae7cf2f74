package dev.holdfast.harness.npz;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipFile;

/** What stored embeddings of float64 lose, since everything is computed from float32. */
public final class Rounding {

  private static final String ENTRY = "embeddings.npy";

  /** From this share of the spread on, neighbors may change places. */
  private static final double MUCH = 1e-3;

  /** Bytes before the text of a header, in its two forms. */
  private static final int SHORT_START = 10;

  private static final int LONG_START = 12;

  private Rounding() {}

  /**
   * Returns a sentence on what was lost, if anything was.
   *
   * @throws InputException if all embeddings are one, and were not before
   */
  public static Optional<String> of(EmbeddingFile file) {
    double[] exact = doubles(file.path());
    float[] rounded = file.set().values();
    if (exact.length != rounded.length) {
      return Optional.empty();
    }
    double lost = 0;
    for (int i = 0; i < rounded.length; i++) {
      lost += (exact[i] - rounded[i]) * (exact[i] - rounded[i]);
    }
    if (lost == 0) {
      return Optional.empty();
    }
    if (file.isOnePoint()) {
      throw InputException.of(
          "embeddings",
          "float64",
          file.path().toString(),
          "differ from each other as float32, from which everything is computed, and all are one",
          "their mean is large beside their differences: subtract it before they are saved");
    }
    double share = Math.sqrt(lost / spread(exact, file.set().dimension()));
    return Optional.of(
        String.format(
            Locale.ROOT,
            "The embeddings of %s are float64 and are rounded to float32, by %.1e of their spread%s",
            file.path(),
            share,
            share < MUCH
                ? "."
                : ": neighbors may change places. Maybe subtract their mean before they are saved."));
  }

  /** Returns the sum of squares of what differs from the mean embedding. */
  private static double spread(double[] values, int dimension) {
    double[] mean = new double[dimension];
    for (int i = 0; i < values.length; i++) {
      mean[i % dimension] += values[i];
    }
    double rows = (double) values.length / dimension;
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double difference = values[i] - mean[i % dimension] / rows;
      sum += difference * difference;
    }
    return sum;
  }

  /** Returns the embeddings of a file that was read before, or nothing if they are not float64. */
  private static double[] doubles(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile());
        InputStream in = zip.getInputStream(zip.getEntry(ENTRY))) {
      byte[] start = in.readNBytes(LONG_START);
      boolean longHeader = start[6] >= 2;
      ByteBuffer sizes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
      int length = longHeader ? sizes.getInt(8) : Short.toUnsignedInt(sizes.getShort(8));
      // The long form has two bytes more in front; those of the short form are of its text.
      byte[] rest = in.readNBytes(length - (longHeader ? 0 : LONG_START - SHORT_START));
      String header = new String(rest, StandardCharsets.ISO_8859_1);
      boolean big = header.contains("'>f8'");
      if (!big && !header.contains("'<f8'")) {
        return new double[0];
      }
      byte[] bytes = in.readAllBytes();
      double[] values = new double[bytes.length / Double.BYTES];
      ByteBuffer.wrap(bytes)
          .order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
          .asDoubleBuffer()
          .get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
