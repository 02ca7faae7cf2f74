package dev.holdfast.harness.config;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.nio.file.Path;
import java.util.List;

/**
 * One attack of a battery: every objective at every epsilon.
 *
 * @param attack the algorithm with its hyper-parameters
 * @param objectives what to maximize; default embedding-shift
 * @param norm {@code linf} (default), {@code l2}, or {@code patch}, which is the default of a patch
 * @param epsilons budgets, such as {@code 8/255}; of a patch, the share of the image
 * @param side whose images are perturbed; default {@code query}
 * @param stop {@code broken} to leave a query as soon as its recall@k is broken, where k is that of
 *     the objective margin, else 1; nothing but recall@k is then reported. {@code never} (default)
 *     to take every step
 * @param surrogate another model, as for {@code --model}: perturbations are made for it, with its
 *     own gallery, and judged on the candidate. In a file, relative to the file. {@code
 *     --surrogate} for the model that the command line names; the attack is left out where it names
 *     none. Null (default) to attack the candidate itself
 */
public record AttackEntry(
    Attack attack,
    List<Objective> objectives,
    String norm,
    List<String> epsilons,
    String side,
    String stop,
    String surrogate) {

  /** In place of a surrogate: the one of the command line. */
  static final String GIVEN = "--surrogate";

  private static final String NEVER = "never";
  private static final String BROKEN = "broken";

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
    norm = norm == null ? attack.norms().get(0).id() : norm;
    side = side == null ? Side.QUERY.id() : side;
    Side.of(side, owner);
    stop = stop == null ? NEVER : stop;
    if (!List.of(NEVER, BROKEN).contains(stop)) {
      throw InputException.unknown("stop", stop, owner, List.of(NEVER, BROKEN));
    }
    if (stop.equals(BROKEN) && !side.equals(Side.QUERY.id())) {
      throw InputException.of(
          "stop", stop, owner, "be never where gallery items are perturbed", "use side: query");
    }
    if (surrogate != null && surrogate.isBlank()) {
      throw InputException.of(
          "surrogate", surrogate, owner, "be a model", "leave the key out to attack the candidate");
    }
    if (surrogate != null && stop.equals(BROKEN)) {
      throw InputException.of(
          "stop",
          stop,
          owner,
          "be never with a surrogate: what breaks it need not break the candidate",
          "delete the key");
    }
    if (epsilons == null || epsilons.isEmpty()) {
      throw InputException.of("epsilons", "missing", owner, "be given", "add epsilons: [8/255]");
    }
    epsilons = List.copyOf(epsilons);
    for (String epsilon : epsilons) {
      Epsilon.parse(epsilon, owner).under(Norm.of(norm, owner), "epsilon", owner);
    }
  }

  /** Returns the k of the recall@k at which queries are left, or null. */
  public Integer stopAt(Objective objective) {
    if (stop.equals(NEVER)) {
      return null;
    }
    return objective instanceof Margin margin ? margin.k() : Integer.valueOf(1);
  }

  /** Returns the same entry with a surrogate that is found from anywhere. */
  AttackEntry beside(Path file) {
    return surrogate == null || surrogate.equals(GIVEN)
        ? this
        : withSurrogate(file.toAbsolutePath().resolveSibling(surrogate).normalize().toString());
  }

  /** Returns the same entry with another surrogate. */
  AttackEntry withSurrogate(String other) {
    return new AttackEntry(attack, objectives, norm, epsilons, side, stop, other);
  }
}
