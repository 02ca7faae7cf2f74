package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder with one folder per class; its images lie at any depth below. Hidden files and files
 * that are no images by their name are ignored.
 */
public record FolderPerClass() implements DatasetLayout {

  private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "gif");

  @Override
  public String id() {
    return "folder-per-class";
  }

  @Override
  public String description() {
    return "DIR/<class>/**/<image>.{jpg,jpeg,png,bmp,gif}";
  }

  @Override
  public boolean matches(Path data) {
    return Files.isDirectory(data);
  }

  @Override
  public ImageSet read(Path data) {
    List<ImageSet.Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
      files
          .map(data::relativize)
          .filter(path -> path.getNameCount() > 1 && isImage(path))
          .filter(path -> Files.isRegularFile(data.resolve(path)))
          .forEach(
              path ->
                  entries.add(
                      new ImageSet.Entry(RelativePath.of(path), path.getName(0).toString(), "")));
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "The folder %s must be readable: %s.%nMaybe its access rights or links are wrong."
              .formatted(data, Reason.of(e)),
          e);
    }
    if (entries.isEmpty()) {
      throw InputException.of(
          "folder",
          data,
          "the data",
          "have one folder per class with .jpg, .jpeg, .png, .bmp or .gif images",
          "the images lie one folder higher or lower");
    }
    return ImageSet.of(RelativePath.name(data), entries, new ImageFiles(data));
  }

  private static boolean isImage(Path path) {
    for (Path part : path) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = path.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return EXTENSIONS.contains(extension.toLowerCase(Locale.ROOT));
  }
}
