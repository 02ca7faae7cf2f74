package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.RelativePath;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the paths of a manifest lead.
 *
 * @param folder the folder of the manifest
 * @param root the folder that no path may leave; items are known by their paths in it
 * @param given whether somebody named the root, so that paths may start there as well
 */
record ManifestPaths(Path folder, Path root, boolean given) {

  static ManifestPaths of(Path manifest, Path root) {
    Path folder = manifest.toAbsolutePath().getParent();
    if (root == null) {
      return new ManifestPaths(folder, folder, false);
    }
    if (!Files.isDirectory(root)) {
      throw InputException.of(
          "--root", root, "the manifest " + manifest, "be a folder", "it is misspelled");
    }
    return new ManifestPaths(folder, root.toAbsolutePath(), true);
  }

  /**
   * Returns the path of an item relative to the root.
   *
   * @throws InputException if it leaves the root, or leads to two files
   */
  String locate(String written, String owner) {
    Optional<String> fromRoot = given ? RelativePath.normalize(written) : Optional.empty();
    Optional<String> fromFolder =
        given ? resolved(written) : RelativePath.normalize(written).or(() -> resolved(written));
    if (fromRoot.isPresent()
        && fromFolder.isPresent()
        && !fromRoot.equals(fromFolder)
        && exists(fromRoot.get())
        && exists(fromFolder.get())) {
      throw InputException.of(
          "path",
          written,
          owner,
          "lead to one file, and leads to " + fromRoot.get() + " and " + fromFolder.get(),
          "move the manifest out of " + root);
    }
    return Stream.of(fromRoot, fromFolder)
        .flatMap(Optional::stream)
        .filter(this::exists)
        .findFirst()
        .or(() -> fromRoot)
        .or(() -> fromFolder)
        .orElseThrow(() -> leaves(written, owner));
  }

  private InputException leaves(String written, String owner) {
    return given
        ? InputException.of(
            "path",
            written,
            owner,
            "stay inside of the folder " + root,
            "--root must be a folder that holds all images")
        : InputException.of(
            "path",
            written,
            owner,
            "be relative to the folder of the manifest and stay inside it",
            "add --root DIR with a folder that holds all images, or move the manifest there");
  }

  /** Returns where a path leads that starts from the folder of the manifest, or is absolute. */
  private Optional<String> resolved(String written) {
    try {
      Path path = Path.of(written.replace('\\', '/'));
      if (!path.isAbsolute() && written.matches("[A-Za-z]:.*")) {
        return Optional.empty();
      }
      Path file = folder.resolve(path).normalize();
      Path top = root.normalize();
      return file.startsWith(top) && !file.equals(top)
          ? Optional.of(RelativePath.of(top.relativize(file)))
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private boolean exists(String path) {
    try {
      return Files.exists(root.resolve(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
