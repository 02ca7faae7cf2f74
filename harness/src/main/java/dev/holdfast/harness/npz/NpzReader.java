package dev.holdfast.harness.npz;

import dev.holdfast.metrics.error.InputException;
import java.io.EOFException;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads {@code .npz} files, packed or not. */
public final class NpzReader {

  private static final String ENDING = ".npy";
  private static final long MOST_BYTES = Integer.MAX_VALUE - 8;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR = Pattern.compile("'descr':\\s*'([<>|=])(\\w)(\\d{1,4})'");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([\\d\\sL,]*)\\)");
  private static final Pattern SIZE = Pattern.compile("\\d{1,18}L?");

  /** NumPy has no arrays of more dimensions before its version 2. */
  private static final int MOST_DIMENSIONS = 32;

  private NpzReader() {}

  /**
   * Reads all arrays of numbers and of texts; others are left out.
   *
   * @throws InputException if the file cannot be read, is no {@code .npz} file, is cut off or
   *     damaged
   */
  public static Map<String, NpyArray> read(Path file) {
    if (Files.isDirectory(file)) {
      throw InputException.of(
          "file",
          file,
          "the command line",
          "be a .npz file, and is a folder",
          "a file in it is meant");
    }
    if (!Files.isRegularFile(file)) {
      throw InputException.of("file", file, "the command line", "exist", "its name is misspelt");
    }
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (entry.getName().endsWith(ENDING)) {
          String name = entry.getName().substring(0, entry.getName().length() - ENDING.length());
          decode(bytes(zip, entry, file, name), file, name).ifPresent(a -> arrays.put(name, a));
        }
      }
    } catch (ZipException | EOFException e) {
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

  private static byte[] bytes(ZipFile zip, ZipEntry entry, Path file, String name)
      throws IOException {
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      long size = entry.getSize();
      if (size < 0 || size > MOST_BYTES) {
        bytes = in.readAllBytes();
      } else {
        // The same without the size would have them in memory twice.
        byte[] all = new byte[(int) size];
        int read = in.readNBytes(all, 0, all.length);
        bytes = read == all.length ? all : Arrays.copyOf(all, read);
      }
    } catch (OutOfMemoryError e) {
      throw broken(file, name, "is larger than the memory");
    }
    // The JDK leaves the check to its caller.
    CRC32 crc = new CRC32();
    crc.update(bytes);
    if (entry.getCrc() != -1 && crc.getValue() != entry.getCrc()) {
      throw broken(file, name, "is damaged: its checksum is wrong");
    }
    return bytes;
  }

  private static Optional<NpyArray> decode(byte[] bytes, Path file, String name) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 12 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw broken(file, name, "has no header");
    }
    boolean longHeader = bytes[MAGIC.length] >= 2;
    int length = longHeader ? buffer.getInt(8) : Short.toUnsignedInt(buffer.getShort(8));
    int start = longHeader ? 12 : 10;
    if (length < 0 || length > bytes.length - start) {
      throw broken(file, name, "is cut off");
    }
    String header = new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(header);
    if (!descr.find()) {
      return Optional.empty();
    }
    Matcher shapeText = SHAPE.matcher(header);
    if (!shapeText.find()) {
      throw broken(file, name, "has no readable shape");
    }
    if (header.contains("'fortran_order': True")) {
      throw broken(file, name, "is in Fortran order; save numpy.ascontiguousarray(x)");
    }
    int available = bytes.length - start - length;
    int width = Integer.parseInt(descr.group(3));
    int[] shape = shape(shapeText.group(1), file, name);
    long size = Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> saturated(a, b));
    boolean texts = descr.group(2).equals("U") || descr.group(2).equals("S");
    long bytesEach = (long) width * (descr.group(2).equals("U") ? Integer.BYTES : 1);
    // Texts without a length take no bytes, but memory all the same.
    if (size > Integer.MAX_VALUE || size * Math.max(1, bytesEach) > available) {
      throw broken(file, name, "is cut off");
    }
    ByteBuffer data = buffer.slice(start + length, available);
    data.order(descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    return texts
        ? Optional.of(
            new NpyArray(shape, null, null, texts(descr.group(2), width, (int) size, data)))
        : values(descr.group(2) + width, shape, (int) size, data);
  }

  /** Texts are as wide as the longest, filled up with zeros. */
  private static String[] texts(String type, int width, int size, ByteBuffer data) {
    String[] texts = new String[size];
    for (int i = 0; i < size; i++) {
      if (type.equals("U")) {
        StringBuilder text = new StringBuilder();
        for (int c = 0; c < width; c++) {
          int point = data.getInt(Integer.BYTES * (i * width + c));
          text.appendCodePoint(Character.isValidCodePoint(point) ? point : '\ufffd');
        }
        texts[i] = text.toString();
      } else {
        byte[] bytes = new byte[width];
        data.get(i * width, bytes);
        texts[i] = new String(bytes, StandardCharsets.UTF_8);
      }
      texts[i] = texts[i].replaceFirst("\0+$", "");
    }
    return texts;
  }

  private static int[] shape(String text, Path file, String name) {
    List<String> parts =
        Arrays.stream(text.split(",")).map(String::strip).filter(t -> !t.isEmpty()).toList();
    if (parts.size() > MOST_DIMENSIONS
        || !parts.stream().allMatch(part -> SIZE.matcher(part).matches())) {
      throw broken(file, name, "has no readable shape");
    }
    long[] sizes = parts.stream().mapToLong(t -> Long.parseLong(t.replace("L", ""))).toArray();
    if (Arrays.stream(sizes).anyMatch(s -> s > Integer.MAX_VALUE)) {
      throw broken(file, name, "is cut off");
    }
    return Arrays.stream(sizes).mapToInt(s -> (int) s).toArray();
  }

  private static long saturated(long a, long b) {
    return a == 0 || b == 0 ? 0 : a > Integer.MAX_VALUE ? a : a * b;
  }

  private static Optional<NpyArray> values(String type, int[] shape, int size, ByteBuffer data) {
    return switch (type) {
      case "f4" -> {
        float[] values = new float[size];
        data.asFloatBuffer().get(values);
        yield Optional.of(new NpyArray(shape, values, null));
      }
      case "f8" -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = (float) data.getDouble(Double.BYTES * i);
        }
        yield Optional.of(new NpyArray(shape, values, null));
      }
      case "i8", "u8" -> longs(shape, size, i -> data.getLong(Long.BYTES * i));
      case "i4" -> longs(shape, size, i -> data.getInt(Integer.BYTES * i));
      case "u4" -> longs(shape, size, i -> Integer.toUnsignedLong(data.getInt(Integer.BYTES * i)));
      case "i2" -> longs(shape, size, i -> data.getShort(Short.BYTES * i));
      case "u2" -> longs(shape, size, i -> Short.toUnsignedLong(data.getShort(Short.BYTES * i)));
      case "i1" -> longs(shape, size, data::get);
      case "u1" -> longs(shape, size, i -> Byte.toUnsignedLong(data.get(i)));
      default -> Optional.empty();
    };
  }

  private static Optional<NpyArray> longs(int[] shape, int size, IntToLongFunction value) {
    return Optional.of(
        new NpyArray(shape, null, IntStream.range(0, size).mapToLong(value).toArray()));
  }

  private static InputException broken(Path file, String name, String why) {
    return new InputException(
        "The array (%s) of %s must be a whole NumPy array, but it %s.%nMaybe write the file again with numpy.savez."
            .formatted(name, file, why));
  }
}
