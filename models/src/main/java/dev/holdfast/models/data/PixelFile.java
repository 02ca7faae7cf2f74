package dev.holdfast.models.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * A file of images of one size, with a checksum for each.
 *
 * <p>Slots of equal size, one per image (zeros where an image is broken); then the table: a
 * checksum per slot, the number of broken images, and the slot and reason of each; then the tail:
 * the length and checksum of the table, and a magic number. All numbers are big-endian ints.
 */
final class PixelFile implements AutoCloseable {

  private static final int MAGIC = 0x48465058;
  private static final int TAIL = 3 * Integer.BYTES;

  private final Path path;
  private final FileChannel channel;
  private final int imageBytes;
  private final Map<Integer, String> reasons;

  private PixelFile(Path path, FileChannel channel, int imageBytes, Map<Integer, String> reasons) {
    this.path = path;
    this.channel = channel;
    this.imageBytes = imageBytes;
    this.reasons = reasons;
  }

  /** Opens a file if it is there, of the right size, and every checksum fits. */
  static Optional<PixelFile> open(Path path, int count, int imageBytes) throws IOException {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      Optional<Map<Integer, String>> reasons = check(channel, count, imageBytes);
      if (reasons.isPresent()) {
        return Optional.of(new PixelFile(path, channel, imageBytes, reasons.get()));
      }
    } catch (IOException | UncheckedIOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  /** Returns the broken slots, or nothing if the file is damaged. */
  private static Optional<Map<Integer, String>> check(FileChannel channel, int count, int bytes)
      throws IOException {
    long data = (long) count * bytes;
    long rest = channel.size() - data - TAIL;
    if (rest < 0 || rest > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    ByteBuffer tail = ByteBuffer.wrap(read(channel, data + rest, TAIL));
    int tableLength = tail.getInt();
    int tableChecksum = tail.getInt();
    if (tail.getInt() != MAGIC || tableLength != rest) {
      return Optional.empty();
    }
    byte[] table = read(channel, data, tableLength);
    if (checksum(table) != tableChecksum) {
      return Optional.empty();
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(table));
    int[] checksums = new int[count];
    for (int slot = 0; slot < count; slot++) {
      checksums[slot] = in.readInt();
    }
    Map<Integer, String> reasons = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      int slot = in.readInt();
      reasons.put(slot, in.readUTF());
    }
    boolean whole =
        IntStream.range(0, count)
            .parallel()
            .filter(slot -> !reasons.containsKey(slot))
            .allMatch(slot -> checksum(slot(channel, slot, bytes)) == checksums[slot]);
    return whole ? Optional.of(reasons) : Optional.empty();
  }

  private static byte[] slot(FileChannel channel, int slot, int bytes) {
    try {
      return read(channel, (long) slot * bytes, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file is too short");
      }
    }
    return buffer.array();
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  Path path() {
    return path;
  }

  /** Returns the slots of broken images, and what is wrong with each. */
  Map<Integer, String> reasons() {
    return reasons;
  }

  byte[] read(int slot) throws IOException {
    return read(channel, (long) slot * imageBytes, imageBytes);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Writes such a file; slots may come from several threads in any order. */
  static final class Writer implements AutoCloseable {

    private final FileChannel channel;
    private final int imageBytes;
    private final int[] checksums;
    private final Map<Integer, String> reasons = new ConcurrentHashMap<>();

    Writer(FileChannel channel, int count, int imageBytes) {
      this.channel = channel;
      this.imageBytes = imageBytes;
      this.checksums = new int[count];
    }

    /**
     * @throws UncheckedIOException if the disk does not take it
     */
    void put(int slot, byte[] image) {
      checksums[slot] = checksum(image);
      try {
        write(ByteBuffer.wrap(image), (long) slot * imageBytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void putBroken(int slot, String reason) {
      reasons.put(slot, reason);
    }

    /** Writes the table and the tail. */
    @Override
    public void close() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream table = new DataOutputStream(bytes);
      for (int checksum : checksums) {
        table.writeInt(checksum);
      }
      table.writeInt(reasons.size());
      for (Map.Entry<Integer, String> broken : new TreeMap<>(reasons).entrySet()) {
        table.writeInt(broken.getKey());
        table.writeUTF(broken.getValue());
      }
      byte[] content = bytes.toByteArray();
      ByteBuffer end = ByteBuffer.allocate(content.length + TAIL);
      end.put(content).putInt(content.length).putInt(checksum(content)).putInt(MAGIC).flip();
      write(end, (long) checksums.length * imageBytes);
    }

    private void write(ByteBuffer buffer, long position) throws IOException {
      long at = position;
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
    }
  }
}
