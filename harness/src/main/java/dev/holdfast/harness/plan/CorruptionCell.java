package dev.holdfast.harness.plan;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.threat.Side;
import java.util.Map;

/**
 * A corruption of one severity.
 *
 * @param corruption which
 * @param severity 1 to 5
 * @param dialect whose table of parameters
 * @param side whose images are corrupted
 */
public record CorruptionCell(Corruption corruption, int severity, Dialect dialect, Side side)
    implements Cell {

  @Override
  public String id() {
    return String.join(
        "_",
        corruption.id().replace('+', '.'),
        Integer.toString(severity),
        dialectLabel().replaceAll("[ =]", "-").replace('+', '.'),
        side.id());
  }

  /** Returns what rows call the dialect. */
  public String dialectLabel() {
    return corruption.dialect(dialect);
  }

  @Override
  public String perturbation() {
    return corruption.id();
  }

  @Override
  public String title() {
    return corruption.id() + " severity " + severity;
  }

  @Override
  public String setting() {
    return Json.canonical(Map.of("corruption", corruption.id()));
  }

  @Override
  public int cost() {
    return 1;
  }
}
