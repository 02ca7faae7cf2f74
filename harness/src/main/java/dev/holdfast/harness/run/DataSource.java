package dev.holdfast.harness.run;

import java.nio.file.Path;

/**
 * Which data somebody asked for.
 *
 * @param data a folder, a manifest, or {@code shapes} for the embedded data set
 * @param layout id of the data layout; null to detect it
 * @param split which part of the data, see {@link dev.holdfast.models.data.Splits}; null for the
 *     default. For {@code shapes}: {@code test} (default) or {@code train}
 * @param subset whether an official data set may be incomplete
 * @param root the folder that the paths of a manifest stay inside; null for that of the manifest
 */
public record DataSource(String data, String layout, String split, boolean subset, Path root) {

  /** Names data in the layout that is detected. */
  public static DataSource of(String data) {
    return of(data, null, null);
  }

  /** Names a part of data. */
  public static DataSource of(String data, String layout, String split) {
    return new DataSource(data, layout, split, false, null);
  }

  /** Returns the same data, and another part of them. */
  DataSource withSplit(String other) {
    return new DataSource(data, layout, other, subset, root);
  }
}
