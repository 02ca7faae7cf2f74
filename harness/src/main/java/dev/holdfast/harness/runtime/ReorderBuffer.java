package dev.holdfast.harness.runtime;

import dev.holdfast.attacks.task.Perturbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reorder buffer: puts perturbed images, which attacks hand over as soon as they are done, into the
 * order of their items. What has to wait for an item before it waits in memory up to a limit, and
 * on disk beyond.
 */
public final class ReorderBuffer implements Consumer<Perturbed>, AutoCloseable {

  private static final long MEMORY = 64L << 20;

  private final Consumer<Perturbed> next;
  private final int room;
  private final int bytes;
  private final Map<Integer, Perturbed> waiting = new HashMap<>();

  /** Places in the file; a place becomes free when its image is passed on. */
  private final Map<Integer, Integer> onDisk = new HashMap<>();

  private int places;
  private int expected;
  private Path file;
  private FileChannel channel;

  /**
   * @param values numbers in an image
   * @param next gets the images in order
   */
  public ReorderBuffer(int values, Consumer<Perturbed> next) {
    this(values, (int) Math.max(1, MEMORY / Float.BYTES / values), next);
  }

  public ReorderBuffer(int values, int room, Consumer<Perturbed> next) {
    this.next = next;
    this.room = room;
    this.bytes = Math.multiplyExact(values, Float.BYTES);
  }

  @Override
  public void accept(Perturbed perturbed) {
    Perturbed kept = perturbed;
    if (perturbed.item() != expected && waiting.size() - onDisk.size() >= room) {
      onDisk.put(perturbed.item(), places);
      write(places++, perturbed.image());
      kept = with(perturbed, null);
    }
    waiting.put(perturbed.item(), kept);
    for (Perturbed first = waiting.remove(expected);
        first != null;
        first = waiting.remove(expected)) {
      Integer place = onDisk.remove(expected);
      next.accept(place == null ? first : with(first, read(place)));
      expected++;
    }
    if (onDisk.isEmpty()) {
      places = 0;
    }
  }

  private static Perturbed with(Perturbed p, float[] image) {
    return new Perturbed(p.item(), image, p.losses(), p.steps(), p.forwards(), p.backwards());
  }

  private void write(int place, float[] image) {
    try {
      if (channel == null) {
        Files.createDirectories(CacheFolder.path());
        file = Files.createTempFile(CacheFolder.path(), "waiting", ".tmp");
        channel =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      buffer.asFloatBuffer().put(image);
      long at = (long) place * bytes;
      while (buffer.hasRemaining()) {
        channel.write(buffer, at + buffer.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private float[] read(int place) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      long at = (long) place * bytes;
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw new IOException("The file " + file + " has been cut.");
        }
      }
      float[] image = new float[bytes / Float.BYTES];
      buffer.flip().asFloatBuffer().get(image);
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
