package dev.holdfast.harness.audit.rows;

import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.reports.result.QueryRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What came of each query under each perturbation. */
public final class QueryRows {

  private final List<ImageItem> items;
  private final CleanBaseline clean;

  public QueryRows(List<ImageItem> items, CleanBaseline clean) {
    this.items = items;
    this.clean = clean;
  }

  /** Returns the rows of the clean run and of every cell. */
  public Stream<QueryRow> of(CellOutcome unperturbed, Map<Cell, CellOutcome> outcomes) {
    Stream<QueryRow> first = rows("clean", "clean", unperturbed, unperturbed);
    return Stream.concat(
        first,
        outcomes.entrySet().stream()
            .flatMap(
                e -> rows(e.getKey().id(), e.getKey().perturbation(), e.getValue(), unperturbed)));
  }

  private Stream<QueryRow> rows(
      String cell, String perturbation, CellOutcome outcome, CellOutcome unperturbed) {
    if (outcome.rank() == null) {
      return candidateRows(cell, perturbation, outcome);
    }
    return IntStream.range(0, clean.trials().size())
        .mapToObj(
            i -> {
              ImageItem item = items.get(clean.item(i));
              Map<Integer, Boolean> hits = new TreeMap<>();
              for (RetrievalMetric metric : clean.metrics()) {
                double[] values = outcome.values().get(MetricNames.word(metric));
                if (values != null) {
                  metric.k().ifPresent(k -> hits.put(k, values[i] > 0));
                }
              }
              return new QueryRow(
                  cell,
                  perturbation,
                  item.id(),
                  item.path(),
                  item.className(),
                  unperturbed.rank()[i],
                  outcome.rank()[i],
                  hits,
                  outcome.distanceMoved()[i],
                  outcome.linf()[i],
                  outcome.l2()[i],
                  outcome.steps()[i],
                  outcome.forwards()[i],
                  outcome.backwards()[i],
                  clean.trials().draws()[i],
                  brokenBy(outcome, i));
            });
  }

  /** Candidates are not asked: they have passes and perturbations, but no ranks and no hits. */
  private Stream<QueryRow> candidateRows(String cell, String perturbation, CellOutcome outcome) {
    Map<Long, ImageItem> byId = new HashMap<>();
    items.forEach(item -> byId.put(item.id(), item));
    return IntStream.range(0, outcome.ids().length)
        .mapToObj(
            i -> {
              ImageItem item = byId.get(outcome.ids()[i]);
              return new QueryRow(
                  cell,
                  perturbation,
                  item.id(),
                  item.path(),
                  item.className(),
                  null,
                  null,
                  Map.of(),
                  outcome.distanceMoved()[i],
                  outcome.linf()[i],
                  outcome.l2()[i],
                  outcome.steps()[i],
                  outcome.forwards()[i],
                  outcome.backwards()[i],
                  0,
                  null);
            });
  }

  private static String brokenBy(CellOutcome outcome, int trial) {
    return outcome.brokenBy() == null || outcome.brokenBy().get(trial).isEmpty()
        ? null
        : String.join("; ", outcome.brokenBy().get(trial));
  }
}
