package dev.holdfast.harness.plan;

import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.Map;

/**
 * A film of every query.
 *
 * @param sequence what happens from frame to frame
 */
public record SequenceCell(Sequence sequence) implements Cell {

  @Override
  public String id() {
    return String.join(
        "_", sequence.label(), side().id(), "%08x".formatted((int) CounterRng.hash(setting())));
  }

  @Override
  public String perturbation() {
    return sequence.label();
  }

  @Override
  public String title() {
    return sequence.label();
  }

  @Override
  public Side side() {
    return Side.QUERY;
  }

  @Override
  public String setting() {
    return Json.canonical(Map.of("sequence", StrictYaml.toMap(sequence)));
  }

  @Override
  public int cost() {
    return sequence.frames();
  }
}
