package dev.holdfast.harness.run;

import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.ChanceLevel;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Whether the numbers of an audit can be trusted: asked before its cells, and behind them. */
final class TrustChecks {

  private static final String BEFORE = "probe";
  private static final String AFTERWARDS = "afterwards";
  private static final String CONVERGENCE = "convergence";

  private final AuditContext context;
  private final CleanRun clean;
  private final CountingModel model;
  private final Images images;

  TrustChecks(AuditContext context) {
    this.context = context;
    this.clean = context.clean();
    this.model = context.model();
    this.images = context.images();
  }

  /** Asks once, stores what was found, and counts its passes. */
  private Probed once(String name, Supplier<List<Finding>> findings) {
    Optional<Probed> stored = context.folder().read(name, Probed.class);
    if (stored.isPresent()) {
      return stored.get();
    }
    long forwards = model.forwards();
    long backwards = model.backwards();
    List<Finding> found = findings.get();
    Probed probed =
        new Probed(Verdicts.of(found), model.forwards() - forwards, model.backwards() - backwards);
    context.folder().write(name, probed);
    return probed;
  }

  /** Looks at the model, its embeddings and its gradients. */
  Probed before() {
    return once(
        BEFORE,
        () -> {
          List<Finding> findings = new ArrayList<>();
          findings.add(ChanceLevel.clean(clean.hits(), clean.chance()));
          int[] points =
              IntStream.range(0, images.count()).filter(i -> clean.finite()[i]).toArray();
          findings.addAll(probe().run(points, clean.embeddings().select(points)));
          if (context.cells().stream().anyMatch(cell -> cell.threat() != null)) {
            findings.addAll(attacks());
          }
          return findings;
        });
  }

  private Probe probe() {
    return new Probe(model, images, clean.seed());
  }

  /** Attacks a few queries of the first draw. */
  private List<Finding> attacks() {
    int[] chosen = clean.fewOfFirstDraw(t -> clean.finite()[clean.item(t)]);
    int[] items = items(chosen);
    double[] all = clean.chance();
    return new AttackProbe(model, images, clean.surroundings(), clean.seed())
        .run(
            items,
            clean.embeddings().select(items),
            Arrays.stream(chosen).mapToDouble(t -> all[t]).toArray(),
            clean::hitsInFirstDraw);
  }

  private int[] items(int[] ofTrials) {
    return Arrays.stream(ofTrials).map(clean::item).toArray();
  }

  /** Gives the strongest attacks more steps, on a few queries that they left right. */
  Probed convergence(Map<Cell, CellOutcome> outcomes) {
    if (!Longer.canBeAsked(outcomes)) {
      return new Probed(List.of(), 0, 0);
    }
    return once(
        CONVERGENCE,
        () -> {
          List<Finding> findings = new ArrayList<>();
          for (AttackCell cell : Longer.worthAsking(outcomes)) {
            double[] hits = outcomes.get(cell).values().get(Longer.RECALL);
            int[] left = clean.fewOfFirstDraw(t -> hits[t] > 0);
            findings.add(
                AttackStrength.converged(
                    cell.title(), Arrays.stream(hits).average().orElse(0), fell(cell, left)));
          }
          if (findings.isEmpty()) {
            findings.add(AttackStrength.converged("attacks", 0, new double[0]));
          }
          return List.of(Longer.worst(findings));
        });
  }

  /** Returns 1 for each of some trials of the first draw that a longer attack breaks, else 0. */
  private double[] fell(AttackCell cell, int[] left) {
    int[] items = items(left);
    Perturber perturber = context.perturber(cell);
    try {
      PerturbedSet made =
          perturber.perturb(
              Longer.of(cell),
              items,
              clean.embeddings().select(items),
              (start, n, before, after) -> {});
      double[] hits = clean.hitsInFirstDraw(made.embeddings());
      return IntStream.range(0, items.length)
          .mapToDouble(i -> made.finite()[i] ? 1 - hits[i] : 1)
          .toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks once more what was asked in the beginning: the model may have changed. */
  Probed afterwards() {
    return once(
        AFTERWARDS,
        () -> {
          int[] everything = IntStream.range(0, images.count()).toArray();
          return List.of(probe().afterwards(everything, clean.embeddings(), clean.finite()));
        });
  }
}
