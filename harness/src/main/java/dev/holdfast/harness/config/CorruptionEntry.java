package dev.holdfast.harness.config;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.error.InputException;
import java.util.List;

/**
 * Corruptions of a battery: each at every severity.
 *
 * @param ids which; default all that there are
 * @param severities 1 to 5; default all five
 * @param side whose images are corrupted; default {@code query}
 */
public record CorruptionEntry(List<String> ids, List<Integer> severities, String side) {

  private static final List<Integer> ALL = List.of(1, 2, 3, 4, 5);

  /** Puts the defaults in and checks the values. */
  public CorruptionEntry {
    ids = ids == null ? Corruption.all().stream().map(Corruption::id).toList() : List.copyOf(ids);
    ids.forEach(Corruption::of);
    severities = severities == null ? ALL : List.copyOf(severities);
    for (Integer severity : severities) {
      if (!ALL.contains(severity)) {
        throw InputException.of(
            "severity", severity, "a corruption of the battery", "be 1, 2, 3, 4 or 5", "try 3");
      }
    }
    side = side == null ? Side.QUERY.id() : side;
    Side.of(side, "a corruption of the battery");
  }
}
