package dev.holdfast.attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads NumPy's .npz for tests, without an engine: float32, int64 and uint8 in C order. */
public final class NpzFile {

  private static final int MAGIC_AND_VERSION = 8;
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '(<f4|<i8|\\|u1)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\)");

  private NpzFile() {}

  /**
   * One array.
   *
   * @param shape its axes, empty for a single number
   * @param values all numbers in C order; every float32 and uint8 and all int64 up to 2^53 are
   *     exact
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Array(int[] shape, double[] values) {

    /** Returns the number of axes. */
    public int rank() {
      return shape.length;
    }
  }

  /** Returns the arrays of a file by name. */
  public static SortedMap<String, Array> read(Path file) {
    SortedMap<String, Array> arrays = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        zip.transferTo(bytes);
        arrays.put(entry.getName().replaceFirst("\\.npy$", ""), parse(bytes.toByteArray()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return arrays;
  }

  private static Array parse(byte[] bytes) {
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    data.position(MAGIC_AND_VERSION);
    byte[] text = new byte[data.getShort() & 0xffff];
    data.get(text);
    String header = new String(text, StandardCharsets.ISO_8859_1);
    Matcher matcher = HEADER.matcher(header);
    if (bytes[MAGIC_AND_VERSION - 2] != 1 || !matcher.find()) {
      throw new IllegalArgumentException("Not an array this reader knows: " + header);
    }
    int[] shape =
        Arrays.stream(matcher.group(2).split(",", -1))
            .map(String::trim)
            .filter(axis -> !axis.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    double[] values = new double[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (matcher.group(1)) {
            case "<f4" -> data.getFloat();
            case "<i8" -> data.getLong();
            default -> data.get() & 0xff;
          };
    }
    if (data.hasRemaining()) {
      throw new IllegalArgumentException("More data than the shape says: " + header);
    }
    return new Array(shape, values);
  }
}
