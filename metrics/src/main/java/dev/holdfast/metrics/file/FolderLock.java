package dev.holdfast.metrics.file;

import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps a folder for one run: who holds the lock may write there. The operating system lets go of
 * it when the process dies. The file stays: who deletes it lets two runs in.
 */
public final class FolderLock implements AutoCloseable {

  /** Name of the file that is locked. */
  public static final String FILE = ".lock";

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder that exists; empty where another run has it, also one of this
   * process.
   */
  public static Optional<FolderLock> take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Of this very process.
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? Optional.of(new FolderLock(folder, channel)) : Optional.empty();
  }

  /** Lets others write. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new RunException(
          "The lock of %s cannot be released: %s.".formatted(folder, Reason.of(e)), e);
    }
  }
}
