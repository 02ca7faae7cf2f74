package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.RelativePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder with one folder per class; its images lie at any depth below. Files that are no images
 * by their name are ignored, and so are hidden ones and the folders that macOS and network drives
 * leave behind. Images of a format that cannot be read are listed all the same, so that they are
 * counted and do not get lost. Folders that may be no classes, see {@link FolderDoubt}, are
 * refused.
 *
 * @param asked whether somebody named this layout, so that folders are classes whatever they look
 *     like
 */
public record FolderPerClass(boolean asked) implements DatasetLayout {

  private static final Set<String> EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif", "webp", "tif", "tiff", "heic", "heif",
          "avif", "jxl", "jp2", "ppm", "pgm");

  private static final Set<String> LEFT_BEHIND = Set.of("__MACOSX", "@eaDir");

  /** Makes the layout of folders about which nobody said that they are classes. */
  public FolderPerClass() {
    this(false);
  }

  @Override
  public String id() {
    return "folder-per-class";
  }

  @Override
  public String description() {
    return "DIR/<class>/**/<image>.{jpg,jpeg,png,bmp,gif}";
  }

  @Override
  public String source() {
    return "";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval";
  }

  @Override
  public boolean matches(Path data) {
    return Files.isDirectory(data);
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Found found = find(data);
    if (found.entries().isEmpty()) {
      throw InputException.of(
          "folder",
          data,
          "the data",
          "have one folder per class with .jpg, .jpeg, .png, .bmp or .gif images",
          "the images lie one folder higher or lower");
    }
    Optional<FolderDoubt> doubt = FolderDoubt.about(data, found.entries());
    if (doubt.isPresent() && !asked) {
      throw doubt.get().refusal(data);
    }
    ImageSet set =
        ImageSet.of(
            RelativePath.name(data), found.entries(), new ImageFiles(data, found.spellings()));
    List<String> notes = new ArrayList<>();
    if (found.beside() > 0) {
      notes.add(
          "%d images lie beside the folders of the classes and were ignored."
              .formatted(found.beside()));
    }
    notes.addAll(
        doubt.map(d -> List.of(d.note())).orElseGet(() -> FolderDoubt.notes(found.entries())));
    for (String note : notes) {
      set = set.note(note);
    }
    return set;
  }

  /**
   * Images below a folder.
   *
   * @param entries those in folders; the class is the first folder
   * @param spellings paths that the file system writes in another way
   * @param beside number of those that lie in the folder itself
   */
  record Found(List<ImageSet.Entry> entries, Map<String, String> spellings, int beside) {}

  static Found find(Path data) {
    List<ImageSet.Entry> entries = new ArrayList<>();
    Map<String, String> spellings = new HashMap<>();
    int beside = 0;
    try (Stream<Path> files = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path path = data.relativize(file);
        // A link to nowhere is neither file nor folder: it is an image that is missing.
        if (!isImage(path) || Files.isDirectory(file)) {
          continue;
        }
        if (path.getNameCount() == 1) {
          beside++;
          continue;
        }
        String written = RelativePath.of(path);
        String composed = RelativePath.composed(written);
        entries.add(new ImageSet.Entry(written, path.getName(0).toString()));
        if (!composed.equals(written)) {
          spellings.put(composed, written);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(data, e);
    }
    return new Found(entries, spellings, beside);
  }

  static InputException unreadable(Path folder, Exception e) {
    return new InputException(
        "The folder %s must be readable: %s.%nMaybe its access rights or links are wrong."
            .formatted(folder, Reason.of(e)),
        e);
  }

  /** Tells whether a path below the folder of the data is one of an image. */
  static boolean isImage(Path path) {
    for (Path part : path) {
      String name = part.toString();
      if (name.startsWith(".") || LEFT_BEHIND.contains(name)) {
        return false;
      }
    }
    String name = path.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return EXTENSIONS.contains(extension.toLowerCase(Locale.ROOT));
  }
}
