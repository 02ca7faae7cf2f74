package dev.holdfast.reports.result;

import java.util.List;
import java.util.Objects;

/**
 * The data that a model was audited on.
 *
 * @param name name of the data set
 * @param fingerprint hash of paths, labels and contents
 * @param items usable images
 * @param classes classes among them
 * @param queries queries that were asked
 * @param gallery items that were searched
 * @param excludedQueries queries left out because no item of the gallery is relevant to them
 * @param broken images that could not be used
 */
public record DataInfo(
    String name,
    String fingerprint,
    int items,
    int classes,
    int queries,
    int gallery,
    int excludedQueries,
    List<BrokenImage> broken) {

  /** Copies the list. */
  public DataInfo {
    Objects.requireNonNull(name, "name");
    broken = broken == null ? List.of() : List.copyOf(broken);
  }
}
