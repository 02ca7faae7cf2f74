package dev.holdfast.harness.config;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.threat.Epsilon;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.error.InputException;
import java.util.List;

/**
 * One attack of a battery: every objective at every epsilon.
 *
 * @param attack the algorithm with its hyper-parameters
 * @param objectives what to maximize; default embedding-shift
 * @param norm {@code linf} (default) or {@code l2}
 * @param epsilons budgets, such as {@code 8/255}
 * @param side whose images are perturbed; default {@code query}
 */
public record AttackEntry(
    Attack attack, List<Objective> objectives, String norm, List<String> epsilons, String side) {

  /** Puts the defaults in and checks the values. */
  public AttackEntry {
    if (attack == null) {
      throw InputException.of(
          "attack", "missing", "an attack of the battery", "be given", "add attack: {type: pgd}");
    }
    String owner = "attack " + attack.id();
    objectives = objectives == null ? List.of(new EmbeddingShift()) : List.copyOf(objectives);
    if (objectives.isEmpty()) {
      throw InputException.of(
          "objectives", "none", owner, "be at least one", "leave the key out for the default");
    }
    norm = norm == null ? Norm.LINF.id() : norm;
    side = side == null ? Side.QUERY.id() : side;
    Side.of(side, owner);
    if (epsilons == null || epsilons.isEmpty()) {
      throw InputException.of("epsilons", "missing", owner, "be given", "add epsilons: [8/255]");
    }
    epsilons = List.copyOf(epsilons);
    for (String epsilon : epsilons) {
      Epsilon.parse(epsilon, owner).under(Norm.of(norm, owner), "epsilon", owner);
    }
  }
}
