package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.CountingModel;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.models.data.PixelCache;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Context of a cell: what every cell of an audit works with.
 *
 * @param model the candidate
 * @param cells all of the plan
 * @param clean the queries and what they find unperturbed
 */
public record CellContext(
    AuditSpec options,
    ConsoleProgress ticker,
    CountingModel model,
    Surrogates surrogates,
    PixelCache store,
    List<Cell> cells,
    AuditFolder folder,
    ImageBatches images,
    ExamplePictures showcase,
    CleanBaseline clean) {

  /** What the images of a sample take on disk, over all cells. */
  private static final long SAMPLE_BYTES = 12_000_000;

  public Perturber perturber(Cell cell) {
    return new Perturber(
        model,
        images,
        attacker(cell),
        clean.retrieval().items(),
        options.seed(),
        options.earlyExit());
  }

  /** Returns what the attacker of a cell works with. */
  private AttackerModel attacker(Cell cell) {
    return cell instanceof AttackCell attack && attack.threat().surrogate() != null
        ? surrogates.attacker(
            attack.threat().surrogate(),
            store,
            options.batchSize(),
            clean.retrieval().items(),
            options.seed(),
            ticker)
        : new AttackerModel(
            model, clean.embeddings(), clean.retrieval().clean(), clean.galleryView());
  }

  /** Returns the items that a cell perturbs, ascending. */
  public int[] perturbed(Cell cell) {
    if (attacksGalleryItems(cell)) {
      return candidates();
    }
    IntStream gallery =
        cell.side().gallery() ? Arrays.stream(clean.retrieval().items()) : IntStream.empty();
    IntStream asking = cell.side().queries() ? Arrays.stream(clean.queries()) : IntStream.empty();
    return IntStream.concat(gallery, asking).distinct().sorted().toArray();
  }

  static boolean attacksGalleryItems(Cell cell) {
    return cell instanceof AttackCell attack && attack.objective().attacksGalleryItems();
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

  /**
   * Returns which adversarial images of a cell are stored: of a sample those with the smallest
   * hashes, as many in every cell, so that cells share their queries.
   *
   * @param items what the cell perturbs
   * @return rows of the items, ascending; none where no images are stored
   */
  int[] kept(Cell cell, int[] items) {
    if (cell.threat() == null || options.evidence() == EvidenceMode.NONE) {
      return new int[0];
    }
    long attacked = cells.stream().filter(c -> c.threat() != null).count();
    long room = SAMPLE_BYTES / (attacked * images.values() * Float.BYTES);
    int limit = options.evidence() == EvidenceMode.ALL ? 0 : (int) Math.max(1, room);
    int[] rows = IntStream.range(0, items.length).toArray();
    return limit == 0 || limit >= rows.length
        ? rows
        : Arrays.stream(rows)
            .boxed()
            .sorted(images.order(options.seed(), row -> items[row]))
            .limit(limit)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
  }

  /** The order in which queries are perturbed: positions among the queries. */
  int[] order() {
    int n = clean.queries().length;
    return IntStream.range(0, n).map(i -> options.reverse() ? n - 1 - i : i).toArray();
  }
}
