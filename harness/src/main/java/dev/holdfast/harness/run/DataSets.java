package dev.holdfast.harness.run;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.DatasetLayout;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Shapes;
import dev.holdfast.models.data.Splits;
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
   * @param data a folder, a CSV manifest, or {@code shapes} for the embedded data set
   * @param layout id of the layout; null to detect it
   * @param split see {@link Splits}; null for its default. For {@code shapes}: {@code test}
   *     (default) or {@code train}
   * @param subset whether an official data set may be incomplete
   */
  public static ImageSet open(String data, String layout, String split, boolean subset) {
    if (data.equals(Shapes.ID)) {
      String half = split == null ? "test" : split;
      if (!SHAPES_SPLITS.contains(half)) {
        throw InputException.unknown("split", half, "the data set shapes", SHAPES_SPLITS);
      }
      return half.equals(TRAIN) ? Shapes.train(SHAPES_SEED) : Shapes.test(SHAPES_SEED);
    }
    Path path = Path.of(data);
    return Splits.apply(read(path, layout, subset), split, path);
  }

  /** Opens what is to be trained on: the training images where the data say which they are. */
  public static ImageSet openForTraining(String data, String layout, String split, boolean subset) {
    if (split != null || data.equals(Shapes.ID)) {
      return open(data, layout, split == null ? TRAIN : split, subset);
    }
    Path path = Path.of(data);
    ImageSet all = read(path, layout, subset);
    return Splits.apply(all, all.splitNames().contains(TRAIN) ? TRAIN : null, path);
  }

  private static ImageSet read(Path path, String layout, boolean subset) {
    return (layout == null ? DatasetLayout.detect(path) : DatasetLayout.named(layout))
        .read(path, subset);
  }
}
