package dev.holdfast.harness.run;

import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.models.data.PixelStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What every cell of an audit works with.
 *
 * @param model the candidate
 * @param cells all of the plan
 * @param clean the queries and what they find unperturbed
 */
record AuditContext(
    AuditOptions options,
    Ticker ticker,
    CountingModel model,
    Surrogates surrogates,
    PixelStore store,
    List<Cell> cells,
    RunFolder folder,
    Images images,
    Showcase showcase,
    CleanRun clean) {

  private static final long EVIDENCE_LIMIT = 2L << 30;

  Perturber perturber(Cell cell) {
    return new Perturber(
        model,
        images,
        attacker(cell),
        clean.retrieval().items(),
        options.seed(),
        options.earlyExit());
  }

  /** Returns what the attacker of a cell works with. */
  private Attacker attacker(Cell cell) {
    return cell instanceof AttackCell attack && attack.threat().surrogate() != null
        ? surrogates.attacker(
            attack.threat().surrogate(),
            store,
            options.batchSize(),
            clean.retrieval().items(),
            options.seed(),
            ticker)
        : new Attacker(model, clean.embeddings(), clean.retrieval().clean(), clean.surroundings());
  }

  /** Returns the items that a cell perturbs, ascending. */
  int[] perturbed(Cell cell) {
    if (attacksCandidates(cell)) {
      return candidates();
    }
    IntStream gallery =
        cell.side().gallery() ? Arrays.stream(clean.retrieval().items()) : IntStream.empty();
    IntStream asking = cell.side().queries() ? Arrays.stream(clean.queries()) : IntStream.empty();
    return IntStream.concat(gallery, asking).distinct().sorted().toArray();
  }

  static boolean attacksCandidates(Cell cell) {
    return cell instanceof AttackCell attack && attack.objective().attacksCandidates();
  }

  /** As many items of the gallery as there are queries, those with the smallest hashes. */
  private int[] candidates() {
    return Arrays.stream(clean.retrieval().items())
        .filter(i -> clean.finite()[i])
        .boxed()
        .sorted(images.order(options.seed(), i -> i))
        .limit(clean.queries().length)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  /** Tells whether the adversarial images of a cell are stored. */
  boolean keepsImages(Cell cell) {
    if (cell.threat() == null || options.evidence() == Evidence.Mode.NONE) {
      return false;
    }
    long kept =
        cells.stream().filter(c -> c.threat() != null).mapToLong(c -> perturbed(c).length).sum();
    return options.evidence() == Evidence.Mode.ALL
        || kept * images.values() * Float.BYTES <= EVIDENCE_LIMIT;
  }

  /** The order in which queries are perturbed: positions among the queries. */
  int[] order() {
    int n = clean.queries().length;
    return IntStream.range(0, n).map(i -> options.reverse() ? n - 1 - i : i).toArray();
  }
}
