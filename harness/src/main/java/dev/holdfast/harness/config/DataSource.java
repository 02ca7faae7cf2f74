package dev.holdfast.harness.config;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.shapes.Shapes;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which data somebody asked for: a data set, or two folders of which one is searched in the other.
 *
 * @param data a folder, a manifest, or {@code shapes} for the embedded data set; null where queries
 *     and gallery stand apart
 * @param query folder or manifest of the queries; null beside {@code data}
 * @param gallery folder or manifest of what is searched; null beside {@code data}
 * @param layout id of the data layout; null to detect it
 * @param split which part of the data, see {@link dev.holdfast.models.data.layout.Splits}; null for
 *     the default. For {@code shapes}: {@code test} (default) or {@code train}
 * @param subset whether an official data set may be incomplete
 * @param root the folder that the paths of a manifest stay inside; null for that of the manifest
 */
public record DataSource(
    String data,
    String query,
    String gallery,
    String layout,
    String split,
    boolean subset,
    Path root) {

  private static final String OWNER = "the command line";

  /** Checks that there is one of the two forms. */
  public DataSource {
    if (data != null && (query != null || gallery != null)) {
      throw InputException.of(
          "data",
          data,
          OWNER,
          "not stand beside --query or --gallery",
          "one folder has everything: leave --query and --gallery out");
    }
    if (data == null && query == null && gallery == null) {
      throw InputException.of(
          "data",
          "missing",
          OWNER,
          "be given",
          "add --data DIR, or --data "
              + Shapes.ID
              + " for the embedded data set, or --query DIR --gallery DIR");
    }
    if (data == null && (query == null || gallery == null)) {
      throw InputException.of(
          query == null ? "query" : "gallery",
          "missing",
          OWNER,
          "be given, since " + (query == null ? "--gallery" : "--query") + " is",
          "one folder has everything: then --data takes it");
    }
  }

  /** Names data in the layout that is detected. */
  public static DataSource of(String data) {
    return of(data, null, null);
  }

  /** Names a part of data. */
  public static DataSource of(String data, String layout, String split) {
    return new DataSource(data, null, null, layout, split, false, null);
  }

  /** Returns the same data, and another part of them. */
  public DataSource withSplit(String other) {
    return new DataSource(data, query, gallery, layout, other, subset, root);
  }

  /** Returns one side as data of its own. */
  public DataSource side(String folder) {
    return new DataSource(folder, null, null, layout, split, subset, root);
  }

  /** Tells whether queries and gallery stand apart. */
  public boolean isPair() {
    return data == null;
  }

  /** Returns the data as messages call them. */
  public String text() {
    return isPair() ? query + " in " + gallery : data;
  }

  /** Returns the folders and manifests. */
  public List<Path> paths() {
    return Stream.of(data, query, gallery)
        .filter(path -> path != null && !path.equals(Shapes.ID))
        .map(Path::of)
        .toList();
  }
}
