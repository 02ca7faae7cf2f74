package dev.holdfast.harness.config;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Family;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.error.InputException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Corruptions of a battery: each at every severity.
 *
 * @param ids which; after construction, those of the families too
 * @param families all of which are meant; default, where there are no ids either, the four of
 *     ImageNet-C
 * @param severities 1 to 5; default all five
 * @param side whose images are corrupted; default {@code query}
 */
public record CorruptionEntry(
    List<String> ids, List<String> families, List<Integer> severities, String side) {

  private static final List<Integer> ALL = List.of(1, 2, 3, 4, 5);

  /** Puts the defaults in and checks the values. */
  public CorruptionEntry {
    families =
        families == null && ids == null
            ? Family.ofMeanError().stream().map(Family::id).toList()
            : families == null ? List.of() : List.copyOf(families);
    List<Family> meant = families.stream().map(Family::of).toList();
    Stream<String> named =
        ids == null ? Stream.of() : ids.stream().map(id -> Corruption.of(id).id());
    ids =
        Stream.concat(
                named,
                Corruption.all().stream()
                    .filter(c -> meant.contains(c.family()))
                    .map(Corruption::id))
            .toList();
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
