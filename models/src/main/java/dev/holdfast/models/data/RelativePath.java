package dev.holdfast.models.data;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The paths that items are known by: relative, with slashes, without dots. */
public final class RelativePath {

  private RelativePath() {}

  public static String of(Path relative) {
    List<String> parts = new ArrayList<>();
    relative.forEach(part -> parts.add(part.toString()));
    return String.join("/", parts);
  }

  /** Returns the normalised form of a path in a manifest, or nothing if it leaves the folder. */
  public static Optional<String> normalize(String path) {
    String slashed = path.replace('\\', '/');
    if (slashed.startsWith("/") || slashed.matches("[A-Za-z]:.*")) {
      return Optional.empty();
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : slashed.split("/", -1)) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          return Optional.empty();
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("/", parts));
  }

  /**
   * Returns a text with composed accents (Unicode normalization form C). Systems differ in the form
   * that they give file names, and ids, labels and fingerprints must not.
   */
  public static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** Returns a text with accents apart from their letters, as macOS writes file names. */
  static String decomposed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }

  /** Returns the name of a file or folder, also where it is given as {@code .}. */
  public static String name(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "data" : composed(name.toString());
  }
}
