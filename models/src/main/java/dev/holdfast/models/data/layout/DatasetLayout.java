package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A way in which the images of a data set and their classes lie on disk. The layouts of official
 * data sets know their splits, their protocol and how many images there must be.
 */
public sealed interface DatasetLayout
    permits Cars196,
        CsvManifest,
        Cub200,
        FolderPerClass,
        InShop,
        Market1501,
        StanfordOnlineProducts,
        VehicleId {

  /** Returns the id that the command line uses. */
  String id();

  /** Returns one line that tells users what such data look like. */
  String description();

  /** Returns the paper that made the data set; empty where the layout belongs to none. */
  String source();

  /** Returns how such data are searched, and which splits they have. */
  String protocol();

  /** Tells whether data lie in this layout; the folder or file exists. */
  default boolean matches(Path data) {
    return home(data).isPresent();
  }

  /** Returns the folder of the official data set that a folder is or holds, if it does. */
  default Optional<Path> home(Path data) {
    return Optional.empty();
  }

  /**
   * Lists the images. Their pixels are not read yet.
   *
   * @param subset whether an official data set may be incomplete; what is missing is then noted
   * @throws InputException if the data are not usable in this layout, or not the whole official set
   *     although they must be
   */
  ImageSet read(Path data, boolean subset);

  /** Lists the images of a whole set; see {@link #read(Path, boolean)}. */
  default ImageSet read(Path data) {
    return read(data, false);
  }

  /**
   * Returns the layout that data lie in.
   *
   * @throws InputException if the data do not exist, have no known layout, or hold several data
   *     sets
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
    List<DatasetLayout> fitting = all().stream().filter(layout -> layout.matches(data)).toList();
    // Any folder might be one folder per class, so that every other layout goes before.
    List<DatasetLayout> special =
        fitting.stream().filter(layout -> !(layout instanceof FolderPerClass)).toList();
    if (special.size() > 1 && !(special.get(0) instanceof CsvManifest)) {
      throw InputException.of(
          "path",
          data,
          "the data",
          "hold one data set, and it holds "
              + String.join(", ", special.stream().map(DatasetLayout::id).toList()),
          "add --layout " + special.get(0).id() + ", or give the folder of one of them");
    }
    return special.stream()
        .findFirst()
        .or(() -> fitting.stream().findFirst())
        .orElseThrow(
            () ->
                InputException.of(
                    "path",
                    data,
                    "the data",
                    "be a folder with one folder of images per class, or a .csv manifest",
                    "the folder above it was meant"));
  }

  /**
   * Returns the layout that somebody names, whatever the data look like.
   *
   * @throws InputException if there is none with that id
   */
  static DatasetLayout named(String id) {
    DatasetLayout named =
        all().stream()
            .filter(layout -> layout.id().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    InputException.unknown(
                        "layout",
                        id,
                        "the command line",
                        all().stream().map(DatasetLayout::id).toList()));
    return named instanceof FolderPerClass ? new FolderPerClass(true) : named;
  }

  /** Returns every layout, in the order in which they are tried. */
  static List<DatasetLayout> all() {
    return List.of(
        new CsvManifest(),
        new Cub200(),
        new Cars196(),
        new StanfordOnlineProducts(),
        new InShop(),
        new Market1501(),
        new VehicleId(),
        new FolderPerClass());
  }
}
