package dev.holdfast.harness.runtime;

import dev.holdfast.harness.config.DataSource;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.layout.CsvManifest;
import dev.holdfast.models.data.layout.DatasetLayout;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.data.shapes.Shapes;
import java.nio.file.Path;
import java.util.List;

/** Finds the data that a command line names. */
public final class DataSets {

  /** The seed of the embedded data set; another one would draw other classes. */
  private static final long SHAPES_SEED = 0;

  private static final String TRAIN = "train";
  private static final List<String> SHAPES_SPLITS = List.of("test", TRAIN);

  private DataSets() {}

  /**
   * Opens a data set.
   *
   * @throws InputException if it is not usable as it was asked for
   */
  public static ImageSet open(DataSource source) {
    if (Shapes.ID.equals(source.data())) {
      return shapes(source);
    }
    return Splits.apply(read(source), source.split(), source.paths().get(0));
  }

  /** Opens what is to be trained on: the training images where the data say which they are. */
  public static ImageSet openForTraining(DataSource source) {
    if (source.isPair()) {
      throw InputException.of(
          "query",
          source.query(),
          "the command line",
          "be left out of a training, which has neither queries nor a gallery",
          "use --data with the folder of the training images");
    }
    if (source.split() != null || source.data().equals(Shapes.ID)) {
      return open(source.split() == null ? source.withSplit(TRAIN) : source);
    }
    ImageSet all = read(source);
    return Splits.apply(
        all, all.splitNames().contains(TRAIN) ? TRAIN : null, Path.of(source.data()));
  }

  private static ImageSet shapes(DataSource source) {
    refuseRoot(source, Shapes.ID);
    String half = source.split() == null ? "test" : source.split();
    if (!SHAPES_SPLITS.contains(half)) {
      throw InputException.unknown("split", half, "the data set shapes", SHAPES_SPLITS);
    }
    return half.equals(TRAIN) ? Shapes.train(SHAPES_SEED) : Shapes.test(SHAPES_SEED);
  }

  private static ImageSet read(DataSource source) {
    if (source.isPair()) {
      return ImageSet.pair(read(source.side(source.query())), read(source.side(source.gallery())));
    }
    Path path = Path.of(source.data());
    DatasetLayout layout =
        source.layout() == null ? DatasetLayout.detect(path) : DatasetLayout.named(source.layout());
    if (layout instanceof CsvManifest) {
      return new CsvManifest(source.root()).read(path, source.subset());
    }
    refuseRoot(source, layout.id());
    return layout.read(path, source.subset());
  }

  private static void refuseRoot(DataSource source, String layout) {
    if (source.root() != null) {
      throw InputException.of(
          "--root",
          source.root(),
          "the data " + source.data(),
          "go with a .csv manifest, and these are " + layout,
          "leave it out");
    }
  }
}
