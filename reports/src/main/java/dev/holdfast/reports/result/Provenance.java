package dev.holdfast.reports.result;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the numbers of an audit come from.
 *
 * @param configHash hash of the whole configuration
 * @param holdfastVersion version of Holdfast
 * @param gitCommit commit that Holdfast was built from
 * @param libraries versions by library; written with sorted keys
 * @param seed seed of the run
 * @param batchSize size of all native batches
 * @param forwards forward passes of all cells, in images, without padding
 * @param backwards backward passes of all cells, in images, without padding
 * @param trustForwards forward passes of the trust checks, rows of padding included
 * @param trustBackwards backward passes of the trust checks, rows of padding included
 * @param run all that changes from run to run
 */
public record Provenance(
    String configHash,
    String holdfastVersion,
    String gitCommit,
    Map<String, String> libraries,
    long seed,
    int batchSize,
    long forwards,
    long backwards,
    long trustForwards,
    long trustBackwards,
    Run run) {

  /** Copies the versions. */
  public Provenance {
    libraries =
        libraries == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(libraries));
  }
}
