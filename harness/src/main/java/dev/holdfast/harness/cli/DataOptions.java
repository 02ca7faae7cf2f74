package dev.holdfast.harness.cli;

import dev.holdfast.harness.config.DataSource;
import dev.holdfast.harness.runtime.DataSets;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.shapes.Shapes;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which images. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description =
          "A folder in a known layout, a CSV manifest, or \"shapes\", the embedded data set.")
  private String data;

  @Option(
      names = "--query",
      paramLabel = "DIR",
      description =
          "In place of --data: what is searched for in the images of --gallery. A folder or manifest each; classes are compared by name.")
  private String query;

  @Option(names = "--gallery", paramLabel = "DIR", description = "See --query.")
  private String gallery;

  @Option(
      names = "--layout",
      paramLabel = "ID",
      description = "Layout of the data; see \"holdfast list datasets\". Default: detected.")
  private String layout;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      description =
          "official, train, test or another split of the data, first-half, second-half, all, or FILE.json#NAME for a named list of classes. Names are in any case, and val, valid and eval are validation. Default: train for the command train, official for others, where there is such a split; all where there are none.")
  private String split;

  @Option(
      names = "--subset",
      description =
          "Accept an official data set that is not complete; the report says what is missing.")
  private boolean subset;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "A folder that holds the images of a manifest: its paths may start there, and lead anywhere inside. Default: the folder of the manifest.")
  private Path root;

  @Option(names = "--strict", description = "Stop at the first image that cannot be read.")
  private boolean strict;

  /** Takes the embedded data set where none is named. */
  DataOptions orShapes() {
    data = data == null && query == null && gallery == null ? Shapes.ID : data;
    return this;
  }

  DataSource source() {
    return new DataSource(data, query, gallery, layout, split, subset, root);
  }

  boolean strict() {
    return strict;
  }

  ImageSet open() {
    return DataSets.open(source());
  }

  ImageSet openForTraining() {
    return DataSets.openForTraining(source());
  }
}
