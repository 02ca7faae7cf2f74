package dev.holdfast.harness.npz;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a {@code .npz} file, array by array, value by value: nothing is held in memory. The same
 * arrays give the same bytes.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the format
 *     of NumPy</a>
 */
public final class NpzWriter {

  private static final int ALIGNMENT = 64;
  private static final int CHUNK = 1 << 14;

  private final ZipOutputStream zip;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(CHUNK * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Starts a file on a stream, which stays open; {@link #finish} ends the file. */
  public NpzWriter(OutputStream out) {
    zip = new ZipOutputStream(new BufferedOutputStream(out, 1 << 16));
    // Adversarial noise does not compress, and packing it would cost more than the attack.
    zip.setLevel(Deflater.NO_COMPRESSION);
  }

  /** Starts an array of float32; {@link #floats} adds its values. */
  public void startFloats(String name, long... shape) throws IOException {
    start(name, "<f4", shape);
  }

  /** Adds values to the array that was started. */
  public void floats(float[] values, int offset, int count) throws IOException {
    for (int i = offset; i < offset + count; i += CHUNK) {
      int n = Math.min(CHUNK, offset + count - i);
      buffer.clear();
      buffer.asFloatBuffer().put(values, i, n);
      zip.write(buffer.array(), 0, n * Float.BYTES);
    }
  }

  /** Writes an array of float32. */
  public void write(String name, float[] values, long... shape) throws IOException {
    startFloats(name, shape);
    floats(values, 0, values.length);
  }

  /** Writes an array of int64 with one axis. */
  public void write(String name, long[] values) throws IOException {
    start(name, "<i8", values.length);
    for (int i = 0; i < values.length; i += CHUNK) {
      int n = Math.min(CHUNK, values.length - i);
      buffer.clear();
      buffer.asLongBuffer().put(values, i, n);
      zip.write(buffer.array(), 0, n * Long.BYTES);
    }
  }

  /** Writes an array of texts with one axis, each as wide as the longest. */
  public void write(String name, List<String> values) throws IOException {
    int width =
        values.stream().mapToInt(text -> text.codePointCount(0, text.length())).max().orElse(0);
    start(name, "<U" + Math.max(1, width), values.size());
    for (String text : values) {
      ByteBuffer points =
          ByteBuffer.allocate(Math.max(1, width) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      text.codePoints().forEach(points::putInt);
      zip.write(points.array());
    }
  }

  private void start(String name, String type, long... shape) throws IOException {
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    StringBuilder sizes = new StringBuilder();
    for (long size : shape) {
      sizes.append(size).append(", ");
    }
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(type, sizes.toString().strip());
    int unpadded = 10 + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer head = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    head.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    head.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text);
    zip.write(head.array());
  }

  /** Writes what belongs at the end of the file. */
  public void finish() throws IOException {
    zip.finish();
    zip.flush();
  }
}
