package dev.holdfast.reports.result;

import java.util.List;
import java.util.Objects;

/**
 * Everything that {@code audit.json} holds.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param model the audited model
 * @param data the data it was audited on
 * @param battery name of the battery
 * @param threatModels the threat models that the rows refer to
 * @param rows every number
 * @param trust what the trust checks found
 * @param provenance where the numbers come from
 */
public record Audit(
    int schemaVersion,
    ModelInfo model,
    DataInfo data,
    String battery,
    List<ThreatInfo> threatModels,
    List<ResultRow> rows,
    List<TrustVerdict> trust,
    Provenance provenance) {

  /** The version of the format that is written and read. */
  public static final int SCHEMA_VERSION = 1;

  /** Copies the lists. */
  public Audit {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(provenance, "provenance");
    threatModels = List.copyOf(threatModels);
    rows = List.copyOf(rows);
    trust = List.copyOf(trust);
  }

  /** Returns the same audit with other rows. */
  public Audit withRows(List<ResultRow> others) {
    return new Audit(schemaVersion, model, data, battery, threatModels, others, trust, provenance);
  }
}
