package dev.holdfast.harness.run;

import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.models.data.PixelStore;
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

  static boolean attacksImages(Cell cell) {
    return cell instanceof AttackCell || cell instanceof WorstCaseCell;
  }

  /** Whose budget, side and knowledge a cell has; null where nobody attacks images. */
  static ThreatModel threat(Cell cell) {
    return cell instanceof AttackCell attack
        ? attack.threat()
        : cell instanceof WorstCaseCell worst ? worst.threat() : null;
  }

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

  /** Tells whether the adversarial images of a cell are stored. */
  boolean keepsImages(Cell cell) {
    if (!attacksImages(cell) || options.evidence() == Evidence.Mode.NONE) {
      return false;
    }
    long kept =
        cells.stream()
            .filter(AuditContext::attacksImages)
            .mapToLong(c -> clean.perturbed(c).length)
            .sum();
    return options.evidence() == Evidence.Mode.ALL
        || kept * images.values() * Float.BYTES <= EVIDENCE_LIMIT;
  }

  /** The order in which queries are perturbed: positions among the queries. */
  int[] order() {
    int n = clean.queries().length;
    return IntStream.range(0, n).map(i -> options.reverse() ? n - 1 - i : i).toArray();
  }
}
