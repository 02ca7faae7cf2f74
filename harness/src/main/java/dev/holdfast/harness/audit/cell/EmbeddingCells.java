package dev.holdfast.harness.audit.cell;

import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.embedding.EmbeddingContext;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.DrawSearch;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cells that move stored embeddings; no image is touched, and the model is not asked. What an
 * embedding is moved by may depend on the gallery, so that every draw moves them anew.
 */
public final class EmbeddingCells {

  /** Behind the name of a length: in parts of the mean distance to the nearest neighbor. */
  private static final String RELATIVE = "-relative";

  private final CellContext context;
  private final CleanBaseline clean;

  public EmbeddingCells(CellContext context) {
    this.context = context;
    this.clean = context.clean();
  }

  /** Moves and asks. */
  public CellOutcome run(EmbeddingCell cell) {
    Trials trials = clean.trials();
    DrawSearch retrieval = clean.retrieval();
    int n = trials.size();
    double[] moved = new double[n];
    double[] relative = new double[n];
    List<QueryResult> results = new ArrayList<>();
    for (int draw = 0; draw < trials.count(); draw++) {
      int first = results.size();
      int[] asking = Arrays.stream(trials.of(draw)).map(q -> clean.queries()[q]).toArray();
      if (asking.length == 0) {
        continue;
      }
      EmbeddingContext scene =
          scene(cell, draw, clean.results().subList(first, first + asking.length));
      EmbeddingSet asked = clean.embeddings().select(asking);
      if (cell.side().queries()) {
        EmbeddingAttack.Moved made = cell.attack().move(asked, scene);
        asked = made.embeddings();
        System.arraycopy(made.lengths(), 0, moved, first, asking.length);
      }
      for (int t = first; t < first + asking.length; t++) {
        relative[t] = moved[t] / scene.neighborDistance();
      }
      if (cell.side().gallery()) {
        EmbeddingSet changed = cell.attack().move(retrieval.clean(), scene).embeddings();
        results.addAll(retrieval.search(draw, asked, changed, retrieval.finite()));
      } else {
        results.addAll(retrieval.search(draw, asked));
      }
    }
    boolean[] finite = clean.queriesFinite();
    return CellOutcome.of(cell.id(), context.folder().configHash(), clean.ids())
        .found(
            clean.ranks(results, finite),
            cell.attack().measuresLength()
                ? lengths(cell, moved, relative)
                : clean.values(cell, results, finite))
        .moved(moved, new double[n], new double[n])
        .build();
  }

  private static Map<String, double[]> lengths(
      EmbeddingCell cell, double[] moved, double[] relative) {
    Map<String, double[]> lengths = new LinkedHashMap<>();
    lengths.put(cell.attack().id(), moved);
    if (Arrays.stream(relative).allMatch(Double::isFinite)) {
      lengths.put(cell.attack().id() + RELATIVE, relative);
    }
    return lengths;
  }

  /**
   * What is around the embeddings in one draw.
   *
   * @param found results of its trials
   */
  private EmbeddingContext scene(EmbeddingCell cell, int draw, List<QueryResult> found) {
    Distance distance = context.model().card().embedding().metric();
    return new EmbeddingContext(
        clean.retrieval().points(draw),
        distance,
        EmbeddingContext.neighborDistance(found, distance),
        clean.seed(),
        cell.id());
  }
}
