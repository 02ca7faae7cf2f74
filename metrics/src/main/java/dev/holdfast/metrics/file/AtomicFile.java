package dev.holdfast.metrics.file;

import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Writes files so that readers see the old content or the whole new content, never a part: into a
 * temporary file of the same folder, forced to the disk, then moved.
 */
public final class AtomicFile {

  /** Begins at the time: in a container a killed process may have had the same number. */
  private static final AtomicLong COUNTER = new AtomicLong(System.currentTimeMillis());

  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.\\d+-\\d+\\.tmp");

  private AtomicFile() {}

  /** Writes the bytes of a file to a stream. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a text in UTF-8. See {@link #write(Path, Content)}. */
  public static void write(Path file, String text) {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes a file, and its folder where that is missing.
   *
   * @throws RunException if it cannot be written, for example because the disk is full; what was
   *     there before is untouched, and no temporary file stays
   */
  public static void write(Path file, Content content) {
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = temporary(file.toAbsolutePath());
    try {
      Files.createDirectories(folder);
      try {
        try (FileChannel channel =
                FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            OutputStream out =
                new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
          content.writeTo(out);
          out.flush();
          channel.force(true);
        }
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new RunException(
          String.format(
              Locale.ROOT,
              "The file %s could not be written: %s%nThere are %s free on that disk. Maybe make room: what was finished before is kept, and the same command goes on.",
              file,
              Reason.of(e),
              free(folder)),
          e);
    }
  }

  /**
   * Returns a name beside a file or folder that no other call gets, for what is written first and
   * moved there when it is whole.
   */
  public static Path temporary(Path target) {
    return target.resolveSibling(
        ".%s.%d-%d.tmp"
            .formatted(
                target.getFileName(), ProcessHandle.current().pid(), COUNTER.incrementAndGet()));
  }

  /** Tells whether a name is one of {@link #temporary}: a killed run leaves such files behind. */
  public static boolean isTemporary(Path file) {
    return TEMPORARY.matcher(file.getFileName().toString()).matches();
  }

  private static String free(Path folder) {
    Path existing = folder;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      long bytes = Files.getFileStore(existing == null ? folder : existing).getUsableSpace();
      return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    } catch (IOException e) {
      return "an unknown number of bytes";
    }
  }
}
