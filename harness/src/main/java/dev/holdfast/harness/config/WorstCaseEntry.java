package dev.holdfast.harness.config;

import dev.holdfast.attacks.Apgd;
import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.Square;
import dev.holdfast.attacks.SuccessiveHalving;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.util.List;

/**
 * The worst case of several attacks: they run one after the other, and a query that one of them has
 * broken is left to the next ones no more.
 *
 * @param norm {@code linf} (default) or {@code l2}
 * @param epsilons budgets, such as {@code 8/255}
 * @param k of recall@k; default 1
 * @param members the attacks, in their order; default APGD on the margin, then many runs of which
 *     the best go on, then Square, which sees no gradients
 * @param ablation whether every member attacks every query, broken or not, so that the report can
 *     tell what each does alone, and what the others do without it. Costs more, and changes nothing
 *     else. Default false
 */
public record WorstCaseEntry(
    String norm, List<String> epsilons, Integer k, List<Member> members, Boolean ablation) {

  private static final String OWNER = "worst case of the battery";
  private static final int STEPS = 50;
  private static final int QUERIES = 200;

  /**
   * One attack of a worst case.
   *
   * @param attack the algorithm with its hyper-parameters
   * @param objectives what it maximizes: one objective after the other, until the query is broken
   */
  public record Member(Attack attack, List<Objective> objectives) {

    /** Checks that both are there. */
    public Member {
      if (attack == null || objectives == null || objectives.isEmpty()) {
        throw InputException.of(
            "members",
            "incomplete",
            OWNER,
            "each have an attack and objectives",
            "write {attack: {type: apgd}, objectives: [{type: margin}]}");
      }
      objectives = List.copyOf(objectives);
      for (Objective objective : objectives) {
        if (objective.attacksGalleryItems()) {
          throw InputException.of(
              "objective",
              objective.id(),
              OWNER,
              "attack queries, not gallery items",
              "use margin");
        }
      }
    }
  }

  /** Puts the defaults in and checks the values. */
  public WorstCaseEntry {
    norm = norm == null ? Norm.LINF.id() : norm;
    k = k == null ? 1 : k;
    if (k < 1) {
      throw InputException.of("k", k, OWNER, "be at least 1", "try 1");
    }
    if (epsilons == null || epsilons.isEmpty()) {
      throw InputException.of("epsilons", "missing", OWNER, "be given", "add epsilons: [8/255]");
    }
    epsilons = List.copyOf(epsilons);
    for (String epsilon : epsilons) {
      Epsilon.parse(epsilon, OWNER).under(Norm.of(norm, OWNER), "epsilon", OWNER);
    }
    members = members == null ? usual(k) : List.copyOf(members);
    if (members.isEmpty()) {
      throw InputException.of(
          "members", "none", OWNER, "be at least one", "leave the key out for the default");
    }
    ablation = ablation != null && ablation;
  }

  private static List<Member> usual(int k) {
    List<Objective> margin = List.of(new Margin(k));
    // The cheapest first: what it has broken costs nothing any more.
    return List.of(
        new Member(new Apgd(STEPS, null, null, null), margin),
        new Member(new SuccessiveHalving(null, null), margin),
        new Member(new Square(QUERIES, null, true), margin));
  }
}
