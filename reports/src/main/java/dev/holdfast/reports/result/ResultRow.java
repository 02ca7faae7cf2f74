package dev.holdfast.reports.result;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * One number of an audit: one metric under one perturbation. Rows of {@code results.csv} have these
 * columns in this order.
 *
 * @param model name of the model
 * @param dataset name of the data set
 * @param kind what was done to the images
 * @param perturbation {@code clean}, or the label of the attack or corruption: {@code pgd-linf},
 *     {@code gaussian-noise}
 * @param family family of the attack or corruption, such as {@code noise}; null for clean rows
 * @param objective what the attack maximizes; null for anything else
 * @param norm {@code linf}, {@code l2} or {@code patch}; null where there is no budget
 * @param epsilon perturbation budget in [0,1] pixel units, of a patch its share of the image; null
 *     where there is none
 * @param epsilon255 the budget in units of 1/255; null for anything but linf
 * @param severity 1 to 5; null for anything but a corruption
 * @param side which images were perturbed, such as {@code query}; null for clean rows
 * @param knowledge what the attacker knows, such as {@code white-box}; null where nobody attacks
 * @param steps steps of the attack; null for anything else
 * @param metric {@code recall}, {@code map-at-r}
 * @param k cut-off of the metric; null where it has none
 * @param value the value, in the unit of the metric (a fraction in [0,1] for retrieval metrics)
 * @param ciLow lower end of the 95 % interval; NaN where there is none
 * @param ciHigh upper end of the 95 % interval; NaN where there is none
 * @param nQueries queries that the value is an average of
 * @param cleanValue the same metric without perturbation; null where there is none
 * @param relative {@code value / cleanValue}; null where the clean value is 0 or missing
 * @param seed seed of the run
 * @param setting every hyper-parameter, as canonical JSON
 * @param dialect variant of the corruptions, such as {@code hendrycks-32}; null for anything else
 * @param threatHash hash of the threat model; null where there is none
 * @param drawSd standard deviation over the draws that the value is the mean of; null where there
 *     is one draw
 */
public record ResultRow(
    String model,
    String dataset,
    Kind kind,
    String perturbation,
    String family,
    String objective,
    String norm,
    Double epsilon,
    @JsonProperty("epsilon_255") Double epsilon255,
    Integer severity,
    String side,
    String knowledge,
    Integer steps,
    String metric,
    Integer k,
    double value,
    double ciLow,
    double ciHigh,
    int nQueries,
    Double cleanValue,
    Double relative,
    long seed,
    String setting,
    String dialect,
    String threatHash,
    Double drawSd) {

  /**
   * Checks what every row has. A clean value that is NaN becomes null, and so does a {@code
   * relative} that is NaN or refers to a clean value of 0.
   */
  public ResultRow {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(dataset, "dataset");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(perturbation, "perturbation");
    Objects.requireNonNull(metric, "metric");
    if (cleanValue != null && cleanValue.isNaN()) {
      cleanValue = null;
    }
    if (cleanValue == null || cleanValue == 0 || (relative != null && relative.isNaN())) {
      relative = null;
    }
  }

  /** Tells whether there is a number: a mean over nothing, and a ratio to nothing, are none. */
  public boolean hasValue() {
    return Double.isFinite(value);
  }
}
