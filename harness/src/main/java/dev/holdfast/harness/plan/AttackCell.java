package dev.holdfast.harness.plan;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.yaml.StrictYaml;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * An attack with an objective under a threat model.
 *
 * @param attack the algorithm
 * @param objective what it maximizes
 * @param threat what it may do
 * @param stop the k of the recall@k at which a query is left as it is once it is broken; nothing
 *     else is then reported of the cell. Null to go to the end with every query
 */
public record AttackCell(Attack attack, Objective objective, ThreatModel threat, Integer stop)
    implements Cell {

  private static final int DIGITS = 6;

  /** Refuses a norm that the attack does not know. */
  public AttackCell {
    if (!attack.norms().contains(threat.norm())) {
      throw InputException.of(
          "norm",
          threat.norm().id(),
          "attack " + attack.id(),
          "be " + String.join(" or ", attack.norms().stream().map(Norm::id).toList()),
          "leave it out for the default");
    }
  }

  @Override
  public String id() {
    return String.join(
        "_",
        perturbation(),
        objective.label(),
        length(threat),
        threat.side().id(),
        "%08x".formatted((int) CounterRng.hash(setting() + threat.hash())));
  }

  /** The same for 8/255 and 16/510, because random numbers are drawn by the id. */
  static String length(ThreatModel threat) {
    return BigDecimal.valueOf(threat.epsilon().value())
        .round(new MathContext(DIGITS))
        .stripTrailingZeros()
        .toPlainString();
  }

  @Override
  public String perturbation() {
    String label =
        threat.norm() == Norm.PATCH ? attack.id() : attack.id() + "-" + threat.norm().id();
    return threat.surrogate() == null ? label : label + "-transfer";
  }

  @Override
  public String title() {
    return perturbation() + " " + objective.label() + " " + threat.epsilon();
  }

  @Override
  public Side side() {
    return threat.side();
  }

  @Override
  public String setting() {
    Map<String, Object> setting = new TreeMap<>();
    setting.put("attack", StrictYaml.toMap(attack));
    setting.put("objective", StrictYaml.toMap(objective));
    if (threat.surrogate() != null) {
      setting.put(
          "surrogate",
          Map.of("name", threat.surrogate().name(), "sha256", threat.surrogate().sha256()));
    }
    if (stop != null) {
      setting.put("stop", "recall@" + stop);
    }
    return Json.canonical(setting);
  }

  /** Returns every hyper-parameter of the attack as canonical JSON. */
  public String attackSetting() {
    return Json.canonical(Map.of("attack", StrictYaml.toMap(attack)));
  }

  @Override
  public int cost() {
    return attack.cost() + 1;
  }

  @Override
  public int passes() {
    boolean seesGradients =
        threat.knowledge() == Knowledge.WHITE_BOX || threat.knowledge() == Knowledge.TRANSFER;
    // Whoever sees gradients goes forward and back, and back costs two.
    return (seesGradients ? 2 * attack.cost() / 3 : attack.cost()) + 1;
  }
}
