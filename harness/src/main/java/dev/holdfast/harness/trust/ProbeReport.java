package dev.holdfast.harness.trust;

import dev.holdfast.reports.result.TrustVerdict;
import java.util.List;
import java.util.stream.Stream;

/**
 * Report of trust checks: what they found, and what they cost.
 *
 * @param verdicts their verdicts
 * @param forwards forward passes, in images, rows of padding included
 * @param backwards backward passes, likewise
 */
public record ProbeReport(List<TrustVerdict> verdicts, long forwards, long backwards) {

  /** Returns forward and backward passes together. */
  public long passes() {
    return forwards + backwards;
  }

  /** Returns both together. */
  public ProbeReport and(ProbeReport other) {
    return new ProbeReport(
        Stream.concat(verdicts.stream(), other.verdicts.stream()).toList(),
        forwards + other.forwards,
        backwards + other.backwards);
  }
}
