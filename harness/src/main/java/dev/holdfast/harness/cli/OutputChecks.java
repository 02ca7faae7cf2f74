package dev.holdfast.harness.cli;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.zip.ZipFile;

/** Checks of places where results are to go, before hours of work. */
final class OutputChecks {

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

  private OutputChecks() {}

  /**
   * Refuses a file of arrays that could not be written in the end, or would take the place of
   * something else. Makes nothing.
   *
   * @param key the option; null files are not wanted and pass
   */
  static void requireArrays(String key, Path file) {
    requireFile(key, file, ".npz", OutputChecks::holdsArrays);
  }

  /** The same for a picture. */
  static void requirePicture(String key, Path file) {
    requireFile(key, file, ".png", OutputChecks::isPicture);
  }

  private static void requireFile(String key, Path file, String kind, Predicate<Path> same) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw InputException.of(
          key, file, "the command line", "be a file", "add the name of a file to the folder");
    }
    requireFolder(key, file, file.toAbsolutePath().getParent());
    // A slip must not cost an image or a model.
    if (Files.isRegularFile(file) && !same.test(file)) {
      throw InputException.of(
          key,
          file,
          "the command line",
          "be a new file or a " + kind + " file to replace, and is a file of another kind",
          "choose another name");
    }
  }

  private static boolean holdsArrays(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.stream().allMatch(entry -> entry.getName().endsWith(".npy"));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isPicture(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(PNG.length), PNG);
    } catch (IOException e) {
      return false;
    }
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
