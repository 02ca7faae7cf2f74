package dev.holdfast.harness.trust;

import dev.holdfast.reports.result.TrustVerdict;
import java.util.List;
import java.util.stream.Stream;

/**
 * What trust checks found, and what they cost.
 *
 * @param verdicts their verdicts
 * @param forwards forward passes, in images, rows of padding included
 * @param backwards backward passes, likewise
 */
public record Probed(List<TrustVerdict> verdicts, long forwards, long backwards) {

  /** Returns forward and backward passes together. */
  public long passes() {
    return forwards + backwards;
  }

  /** Returns both together. */
  public Probed and(Probed other) {
    return new Probed(
        Stream.concat(verdicts.stream(), other.verdicts.stream()).toList(),
        forwards + other.forwards,
        backwards + other.backwards);
  }
}
