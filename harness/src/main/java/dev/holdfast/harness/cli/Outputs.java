package dev.holdfast.harness.cli;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places where results are to go, looked at before hours of work. */
final class Outputs {

  private Outputs() {}

  /**
   * Refuses a file that could not be written in the end. Makes nothing.
   *
   * @param key the option; null files are not wanted and pass
   */
  static void requireFile(String key, Path file) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw InputException.of(
          key, file, "the command line", "be a file", "add the name of a file to the folder");
    }
    requireFolder(key, file, file.toAbsolutePath().getParent());
  }

  /** Refuses a folder in which nothing could be written. Makes nothing. */
  static void requireFolder(String key, Path folder) {
    requireFolder(key, folder, folder.toAbsolutePath());
  }

  private static void requireFolder(String key, Path shown, Path folder) {
    Path there = folder;
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw InputException.of(
          key,
          shown,
          "the command line",
          "lie where files can be written, and " + there + " is not such a folder",
          "choose another place");
    }
  }
}
