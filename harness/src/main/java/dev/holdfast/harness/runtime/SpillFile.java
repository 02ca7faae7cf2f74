package dev.holdfast.harness.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** File that images of a cell spill to, by number; it goes with {@link #close}. */
public final class SpillFile implements AutoCloseable {

  private final int values;
  private final FileChannel channel;

  /**
   * @param values numbers in an image
   */
  public SpillFile(int values) throws IOException {
    this.values = values;
    Files.createDirectories(CacheFolder.path());
    Path file = Files.createTempFile(CacheFolder.path(), "worst", ".tmp");
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Writes an image over the one of that number. */
  public void write(int number, float[] from, int offset) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(values * Float.BYTES);
    buffer.asFloatBuffer().put(from, offset, values);
    long at = (long) number * values * Float.BYTES;
    while (buffer.hasRemaining()) {
      channel.write(buffer, at + buffer.position());
    }
  }

  /** Returns an image that was written. */
  public float[] read(int number) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(values * Float.BYTES);
    long at = (long) number * values * Float.BYTES;
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("a file of images has been cut");
      }
    }
    float[] image = new float[values];
    buffer.flip().asFloatBuffer().get(image);
    return image;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
