package dev.holdfast.harness.plan;

import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.Map;

/**
 * An attack on stored embeddings.
 *
 * @param attack what happens to them
 * @param side whose embeddings
 */
public record EmbeddingCell(EmbeddingAttack attack, Side side) implements Cell {

  @Override
  public String id() {
    return String.join(
        "_", attack.label(), side.id(), "%08x".formatted((int) CounterRng.hash(setting())));
  }

  @Override
  public String perturbation() {
    return attack.label();
  }

  @Override
  public String title() {
    return attack.label();
  }

  @Override
  public String setting() {
    return Json.canonical(Map.of("embedding", StrictYaml.toMap(attack)));
  }

  /** No image goes through the model, but exact distances take their time. */
  @Override
  public int cost() {
    return 1;
  }
}
