package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.reports.result.Example;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Collector of examples: keeps the pixels of the few queries that the report may show; moves the
 * bar.
 */
final class ExampleCollector implements Perturber.Listener {

  private static final int SHOWN_PER_CELL = 2;

  private final CellContext context;
  private final CleanBaseline clean;
  private final Cell cell;
  private final LongConsumer step;
  private final int[] order;
  private final Map<Integer, float[][]> kept = new TreeMap<>();
  private final List<Integer> candidates;

  /** The trial of each query that is shown: that of its first draw. */
  private final int[] firstTrial;

  /**
   * @param step hears what of the cost of the cell is done
   * @param order queries in the order in which they are perturbed; none where {@link #keep} brings
   *     the pixels, or nothing is shown
   */
  ExampleCollector(CellContext context, Cell cell, LongConsumer step, int[] order) {
    this.context = context;
    this.clean = context.clean();
    this.cell = cell;
    this.step = step;
    this.order = order;
    int[] queries = clean.queries();
    firstTrial = new int[queries.length];
    for (int t = clean.trials().size() - 1; t >= 0; t--) {
      firstTrial[clean.trials().queries()[t]] = t;
    }
    boolean isShown = Plan.worthShowing(context.cells()).contains(cell);
    // Queries that the clean model gets right, in a seeded order: no cherry is picked.
    candidates =
        IntStream.range(0, isShown ? queries.length : 0)
            .boxed()
            .filter(i -> clean.results().get(firstTrial[i]).firstRelevantRank() == 1)
            .sorted(context.images().order(~clean.seed(), i -> queries[i]))
            .limit(SHOWN_PER_CELL)
            .toList();
  }

  /** Reads the pixels of a query. */
  @FunctionalInterface
  interface Pixels {
    float[] of(int query) throws IOException;
  }

  @Override
  public void batch(int start, int count, float[] before, float[] after) {
    int size = context.images().values();
    for (int i = 0; i < count && order.length > 0; i++) {
      int query = order[start + i];
      if (candidates.contains(query)) {
        kept.put(
            query,
            new float[][] {
              Arrays.copyOfRange(before, i * size, (i + 1) * size),
              Arrays.copyOfRange(after, i * size, (i + 1) * size)
            });
      }
    }
    step.accept((start + (long) count) * cell.cost());
  }

  /** Takes the pixels of the queries that are shown from elsewhere than batches. */
  void keep(Pixels before, Pixels after) throws IOException {
    for (int query : candidates) {
      kept.put(query, new float[][] {before.of(query), after.of(query)});
    }
  }

  /**
   * Draws the pictures.
   *
   * @param results what perturbed queries found, one for each trial
   */
  List<Example> shown(List<QueryResult> results) {
    List<Example> list = new ArrayList<>();
    for (int query : candidates) {
      float[][] pixels = kept.get(query);
      int trial = firstTrial[query];
      list.add(
          context
              .showcase()
              .draw(
                  cell,
                  list.size() + 1,
                  clean.queries()[query],
                  pixels[0],
                  pixels[1],
                  clean.retrieval().gallery(clean.trials().draws()[trial]),
                  clean.results().get(trial),
                  results.get(trial)));
    }
    return list;
  }
}
