package dev.holdfast.harness.plan;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.corruption.FrostTextures;
import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.SurrogateModel;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.config.AttackEntry;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.CorruptionEntry;
import dev.holdfast.harness.config.EmbeddingEntry;
import dev.holdfast.harness.config.WorstCaseEntry;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.image.InputSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns a battery into cells. */
public final class Plan {

  private static final int MIDDLE = 3;
  private static final String WORST_CASE = "worst case of the battery";

  private Plan() {}

  /** Returns the cells of a battery without surrogates, under drawn frost, in its order. */
  public static List<Cell> of(Battery battery, InputSpec input) {
    return of(battery, input, Map.of(), FrostTextures.procedural());
  }

  /**
   * Returns the cells of a battery, in its order.
   *
   * @param input what images look like; its size chooses the dialect of the corruptions
   * @param surrogates which models the entries name
   * @param frost pictures for the corruption of that name
   * @throws InputException if two entries are the same, or an attack cannot be used as it says
   */
  public static List<Cell> of(
      Battery battery,
      InputSpec input,
      Map<String, SurrogateModel> surrogates,
      FrostTextures frost) {
    List<Cell> cells = new ArrayList<>();
    for (AttackEntry entry : battery.attacks()) {
      String owner = "attack " + entry.attack().id();
      Norm norm = Norm.of(entry.norm(), owner);
      Side side = Side.of(entry.side(), owner);
      for (Objective objective : entry.objectives()) {
        for (String epsilon : entry.epsilons()) {
          ThreatModel threat =
              new ThreatModel(
                  norm,
                  Epsilon.parse(epsilon, owner),
                  side,
                  entry.surrogate() == null ? entry.attack().knowledge() : Knowledge.TRANSFER,
                  entry.surrogate() == null ? null : surrogates.get(entry.surrogate()));
          entry.attack().check(threat, objective);
          if (objective.attacksGalleryItems() && side != Side.GALLERY) {
            throw InputException.of(
                "side",
                side.id(),
                "objective " + objective.id(),
                "be gallery, because it attacks gallery items",
                "write side: gallery");
          }
          cells.add(new AttackCell(entry.attack(), objective, threat, entry.stopAt(objective)));
        }
      }
    }
    for (WorstCaseEntry entry : battery.worstCases()) {
      cells.addAll(worstCases(entry));
    }
    Dialect dialect = Dialect.forSize(input.height(), input.width());
    for (CorruptionEntry entry : battery.corruptions()) {
      for (String id : entry.ids()) {
        for (int severity : entry.severities()) {
          cells.add(
              new CorruptionCell(
                  Corruption.of(id).with(frost),
                  severity,
                  dialect,
                  Side.of(entry.side(), "corruption " + id)));
        }
      }
    }
    for (EmbeddingEntry entry : battery.embeddings()) {
      Side side = Side.of(entry.side(), "embedding attack " + entry.attack().id());
      cells.add(new EmbeddingCell(entry.attack(), side));
    }
    battery.sequences().forEach(sequence -> cells.add(new SequenceCell(sequence)));
    Set<String> seen = new HashSet<>();
    for (Cell cell : cells) {
      if (!seen.add(cell.id())) {
        throw InputException.of(
            "entry", cell.title(), "battery " + battery.name(), "be given once", "delete one");
      }
    }
    return List.copyOf(cells);
  }

  /** Tells whether a cell means anything where a gallery is ordered in this way. */
  public static boolean suits(Cell cell, Distance distance) {
    return distance.isDistance()
        || !(cell instanceof EmbeddingCell moved && moved.attack().needsDistance());
  }

  /** Returns a sentence that names what {@link #suits} leaves out of a battery, if anything. */
  public static Optional<String> leftOut(Battery battery, Distance distance) {
    List<String> labels =
        battery.embeddings().stream()
            .map(EmbeddingEntry::attack)
            .filter(attack -> !distance.isDistance() && attack.needsDistance())
            .map(EmbeddingAttack::label)
            .distinct()
            .toList();
    return labels.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: left out, because %s is no distance, as needed."
                .formatted(String.join(", ", labels), distance.id()));
  }

  /** The smallest budget first: what is broken there is broken under the larger ones. */
  private static List<WorstCaseCell> worstCases(WorstCaseEntry entry) {
    List<WorstCaseCell> cells = new ArrayList<>();
    List<Epsilon> epsilons =
        entry.epsilons().stream()
            .map(text -> Epsilon.parse(text, WORST_CASE))
            .sorted(Comparator.comparingDouble(Epsilon::value))
            .toList();
    for (Epsilon epsilon : epsilons) {
      WorstCaseCell below =
          cells.stream()
              .filter(cell -> cell.threat().epsilon().value() < epsilon.value())
              .reduce((a, b) -> b)
              .orElse(null);
      cells.add(worstCase(entry, epsilon, below));
    }
    return cells;
  }

  private static WorstCaseCell worstCase(
      WorstCaseEntry entry, Epsilon epsilon, WorstCaseCell below) {
    String owner = WORST_CASE;
    Norm norm = Norm.of(entry.norm(), owner);
    List<WorstCaseCell.Member> members = new ArrayList<>();
    Knowledge most = null;
    for (WorstCaseEntry.Member member : entry.members()) {
      Knowledge knowledge = member.attack().knowledge();
      ThreatModel threat = new ThreatModel(norm, epsilon, Side.QUERY, knowledge);
      List<AttackCell> attacks = new ArrayList<>();
      for (Objective objective : member.objectives()) {
        member.attack().check(threat, objective);
        attacks.add(new AttackCell(member.attack(), objective, threat, entry.k()));
      }
      members.add(new WorstCaseCell.Member(name(attacks), attacks));
      most = most == null || knowledge.compareTo(most) < 0 ? knowledge : most;
    }
    Set<String> names = new HashSet<>();
    for (WorstCaseCell.Member member : members) {
      if (!names.add(member.name())) {
        throw InputException.of(
            "members", member.name(), owner, "differ in attack or objectives", "delete one");
      }
    }
    return new WorstCaseCell(
        members,
        new ThreatModel(norm, epsilon, Side.QUERY, most),
        entry.k(),
        entry.ablation(),
        below);
  }

  private static String name(List<AttackCell> attacks) {
    AttackCell first = attacks.get(0);
    return first.perturbation()
        + " "
        + (attacks.size() == 1
            ? first.objective().label()
            : attacks.stream()
                .map(attack -> attack.objective().id())
                .distinct()
                .collect(Collectors.joining("+")));
  }

  /**
   * Returns the cells whose pictures a report shows: the largest budget of each attack with each
   * objective, and the middle severity of each corruption.
   */
  public static Set<Cell> worthShowing(List<Cell> cells) {
    Map<String, Cell> best = new LinkedHashMap<>();
    for (Cell cell : cells) {
      if (cell.side() != Side.QUERY
          || cell instanceof EmbeddingCell
          || cell instanceof SequenceCell) {
        continue;
      }
      String group =
          cell.perturbation() + (cell instanceof AttackCell a ? a.objective().label() : "");
      best.merge(group, cell, (a, b) -> worth(a) >= worth(b) ? a : b);
    }
    return new HashSet<>(best.values());
  }

  private static double worth(Cell cell) {
    if (cell instanceof AttackCell attack) {
      return attack.threat().epsilon().value();
    }
    if (cell instanceof WorstCaseCell worst) {
      return worst.threat().epsilon().value();
    }
    return -Math.abs(((CorruptionCell) cell).severity() - MIDDLE);
  }
}
