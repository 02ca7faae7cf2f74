package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A way in which the images of a data set and their classes lie on disk. */
public sealed interface DatasetLayout permits CsvManifest, FolderPerClass {

  /** Returns the id that the command line uses. */
  String id();

  /** Returns one line that tells users what such data look like. */
  String description();

  /** Tells whether data lie in this layout; the folder or file exists. */
  boolean matches(Path data);

  /**
   * Lists the images. Their pixels are not read yet.
   *
   * @throws InputException if the data are not usable in this layout
   */
  ImageSet read(Path data);

  /**
   * Returns the first layout that matches.
   *
   * @throws InputException if the data do not exist or have no known layout
   */
  static DatasetLayout detect(Path data) {
    if (!Files.exists(data)) {
      throw InputException.of(
          "path",
          data,
          "the data",
          "be a folder with one folder of images per class, or a .csv manifest, that exists",
          "it is misspelled");
    }
    return all().stream()
        .filter(layout -> layout.matches(data))
        .findFirst()
        .orElseThrow(
            () ->
                InputException.of(
                    "path",
                    data,
                    "the data",
                    "be a folder with one folder of images per class, or a .csv manifest",
                    "the folder above it was meant"));
  }

  /** Returns every layout, in the order in which they are tried. */
  static List<DatasetLayout> all() {
    return List.of(new CsvManifest(), new FolderPerClass());
  }
}
