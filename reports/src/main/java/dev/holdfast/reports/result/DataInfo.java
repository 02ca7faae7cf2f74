package dev.holdfast.reports.result;

import java.util.List;
import java.util.Objects;

/**
 * The data that a model was audited on.
 *
 * @param name name of the data set
 * @param part which part of the data set, such as {@code test} or {@code all}
 * @param fingerprint hash of contents, classes and counts of copies; names of files are no part of
 *     it
 * @param protocol how it is searched, such as {@code self-retrieval}
 * @param draws draws of queries and gallery that every value is a mean of
 * @param items usable images
 * @param classes classes among them
 * @param queries queries that were asked
 * @param gallery items that were searched, in each draw
 * @param excludedQueries queries left out because no item of the gallery is relevant to them
 * @param notes sentences that a reader of the numbers should know
 * @param broken images that could not be used
 */
public record DataInfo(
    String name,
    String part,
    String fingerprint,
    String protocol,
    int draws,
    int items,
    int classes,
    int queries,
    int gallery,
    int excludedQueries,
    List<String> notes,
    List<BrokenImage> broken) {

  /** Copies the lists. */
  public DataInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(part, "part");
    Objects.requireNonNull(protocol, "protocol");
    notes = notes == null ? List.of() : List.copyOf(notes);
    broken = broken == null ? List.of() : List.copyOf(broken);
  }
}
