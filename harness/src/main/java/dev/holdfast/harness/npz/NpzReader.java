package dev.holdfast.harness.npz;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads {@code .npz} files, packed or not. */
public final class NpzReader {

  private static final Pattern DESCR = Pattern.compile("'descr':\\s*'([<>|=])(\\w)(\\d+)'");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");
  private static final int MAGIC_LENGTH = 6;

  private NpzReader() {}

  /**
   * Reads all arrays of numbers; others are left out.
   *
   * @throws InputException if the file cannot be read, is no {@code .npz} file or is cut off
   */
  public static Map<String, NpyArray> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw InputException.of("file", file, "the command line", "exist", "its name is misspelt");
    }
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (entry.getName().endsWith(".npy")) {
          String name = entry.getName().substring(0, entry.getName().length() - 4);
          try (InputStream in = zip.getInputStream(entry)) {
            NpyArray array = decode(in.readAllBytes(), file, name);
            if (array != null) {
              arrays.put(name, array);
            }
          }
        }
      }
    } catch (ZipException e) {
      throw new InputException(
          "The file (%s) must be a .npz file, and is none, or is cut off.%nMaybe write it again with numpy.savez."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new InputException(
          "The file (%s) must be readable.%nMaybe check its permissions.".formatted(file), e);
    }
    return arrays;
  }

  private static NpyArray decode(byte[] bytes, Path file, String name) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 12 || bytes[0] != (byte) 0x93) {
      throw broken(file, name, "has no header");
    }
    boolean longHeader = bytes[MAGIC_LENGTH] >= 2;
    int length = longHeader ? buffer.getInt(8) : Short.toUnsignedInt(buffer.getShort(8));
    int start = longHeader ? 12 : 10;
    if (length < 0 || start + length > bytes.length) {
      throw broken(file, name, "is cut off");
    }
    String header = new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(header);
    Matcher shapeText = SHAPE.matcher(header);
    if (!descr.find() || !shapeText.find()) {
      return null;
    }
    if (header.contains("'fortran_order': True")) {
      throw broken(file, name, "is in Fortran order; save numpy.ascontiguousarray(x)");
    }
    int[] shape =
        Arrays.stream(shapeText.group(1).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    int width = Integer.parseInt(descr.group(3));
    ByteBuffer data = buffer.slice(start + length, bytes.length - start - length);
    data.order(descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    if (data.remaining() < (long) size * width) {
      throw broken(file, name, "is cut off");
    }
    return switch (descr.group(2) + width) {
      case "f4" -> {
        float[] values = new float[size];
        data.asFloatBuffer().get(values);
        yield new NpyArray(shape, values, null);
      }
      case "f8" -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = (float) data.getDouble(8 * i);
        }
        yield new NpyArray(shape, values, null);
      }
      case "i8", "u8" -> {
        long[] values = new long[size];
        data.asLongBuffer().get(values);
        yield new NpyArray(shape, null, values);
      }
      case "i4" -> {
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
          values[i] = data.getInt(4 * i);
        }
        yield new NpyArray(shape, null, values);
      }
      default -> null;
    };
  }

  private static InputException broken(Path file, String name, String why) {
    return new InputException(
        "The array (%s) of %s must be a whole NumPy array, but it %s.%nMaybe write the file again with numpy.savez."
            .formatted(name, file, why));
  }
}
