package dev.holdfast.harness.plan;

import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The worst case of several attacks under one budget.
 *
 * @param members the attacks, in their order; each leaves a query that it has broken
 * @param threat norm and budget of all of them, and the most that one of them knows
 * @param k of the recall@k that is to be broken
 * @param ablation whether members also attack what others have broken
 * @param below the next smaller budget that the same members run under: a query that is broken
 *     there is broken here; null for none
 */
public record WorstCaseCell(
    List<Member> members, ThreatModel threat, int k, boolean ablation, WorstCaseCell below)
    implements Cell {

  /**
   * One member.
   *
   * @param name what a reader knows it by, such as {@code apgd-linf margin-1}
   * @param attacks what it tries one after the other, until a query is broken
   */
  public record Member(String name, List<AttackCell> attacks) {

    /** Copies the list. */
    public Member {
      attacks = List.copyOf(attacks);
    }

    /** Tells whether it needs the gradients of the candidate. */
    public boolean seesGradients() {
      return attacks.get(0).threat().knowledge() == Knowledge.WHITE_BOX;
    }
  }

  /** Copies the list. */
  public WorstCaseCell {
    members = List.copyOf(members);
  }

  /** Returns the attacks of all members, in their order. */
  public List<AttackCell> attacks() {
    return members.stream().flatMap(member -> member.attacks().stream()).toList();
  }

  /** Returns the lengths of all smaller budgets, ascending. */
  private List<String> smaller() {
    List<String> lengths = new ArrayList<>();
    for (WorstCaseCell cell = below; cell != null; cell = cell.below()) {
      lengths.add(0, AttackCell.length(cell.threat()));
    }
    return lengths;
  }

  @Override
  public String id() {
    return String.join(
        "_",
        perturbation(),
        "recall-" + k,
        AttackCell.length(threat),
        threat.side().id(),
        "%08x".formatted((int) CounterRng.hash(setting() + threat.hash())));
  }

  @Override
  public String perturbation() {
    return "worst-case-r-" + threat.norm().id();
  }

  @Override
  public String title() {
    return perturbation() + " " + threat.epsilon();
  }

  @Override
  public Side side() {
    return threat.side();
  }

  @Override
  public String setting() {
    Map<String, Object> setting = new TreeMap<>();
    setting.put("k", k);
    setting.put(
        "members",
        members.stream()
            .map(m -> m.attacks().stream().map(a -> Json.read(a.setting())).toList())
            .toList());
    if (ablation) {
      setting.put("ablation", true);
    }
    if (below != null) {
      setting.put("smaller", smaller());
    }
    return Json.canonical(setting);
  }

  @Override
  public int cost() {
    return attacks().stream().mapToInt(AttackCell::cost).sum();
  }

  @Override
  public int passes() {
    return attacks().stream().mapToInt(AttackCell::passes).sum();
  }
}
