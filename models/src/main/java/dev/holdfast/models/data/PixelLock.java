package dev.holdfast.models.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run at a time writes a pixel file; others wait and then find it. Whoever holds the lock knows
 * that what is unfinished was left behind by a run that was killed. A file system without locks
 * does without: then two runs do the same work twice, each in a file of its own.
 */
final class PixelLock implements AutoCloseable {

  private static final String UNFINISHED = "unfinished-";
  private static final String LOCK = ".lock";

  private final FileChannel channel;

  private PixelLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the lock of a key, and removes what killed runs have left in the folder.
   *
   * @param waiting runs before the lock is waited for, if somebody else has it
   */
  static PixelLock of(Path folder, String key, Runnable waiting) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(key + LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    PixelLock lock = new PixelLock(channel);
    try {
      if (channel.tryLock() == null) {
        waiting.run();
        channel.lock();
      }
    } catch (IOException e) {
      // No locks on this file system.
      return lock;
    }
    lock.removeUnfinished(folder, key);
    return lock;
  }

  /** Creates the file that is written before it gets its name. */
  static Path unfinished(Path folder, String key) throws IOException {
    return Files.createTempFile(folder, UNFINISHED + key + "-", ".u8");
  }

  private void removeUnfinished(Path folder, String key) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(f -> f.getFileName().toString().startsWith(UNFINISHED)).toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      int end = name.lastIndexOf('-');
      String owner = name.substring(UNFINISHED.length(), Math.max(UNFINISHED.length(), end));
      if (owner.equals(key) || isFree(folder.resolve(owner + LOCK))) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean isFree(Path lock) {
    try (FileChannel other = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock taken = other.tryLock()) {
      return taken != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
