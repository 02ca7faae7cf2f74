package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.List;
import java.util.Map;

/**
 * Check that an image has one embedding, whenever and beside whatever it is embedded. Differences
 * are lengths of differences between embeddings of the same image, in parts of the length of the
 * embedding.
 *
 * @param exact whether the device computes the same bits twice, so that any difference at all comes
 *     from the candidate
 */
public record Determinism(boolean exact) {

  /** Float rounding may differ between places in a batch; anything above is not rounding. */
  private static final double ROUNDING = 1e-5;

  /** Batches of different sizes may be computed by different algorithms. */
  private static final double OTHER_ALGORITHM = 1e-4;

  private static final double UNRELIABLE = 1e-3;

  private static final String LARGEST = "largest_relative_difference";

  /** Judges two passes over the same batch. */
  public Finding repeated(double difference) {
    Level level = Level.of(difference, exact ? 0 : ROUNDING, UNRELIABLE);
    return new Finding(
        "deterministic",
        level,
        level == Level.OK
            ? "Two passes over the same images give the same embeddings."
            : words(
                "Two passes over the same images give embeddings that differ by up to %.2g of their"
                    + " length: the model is random or remembers earlier calls, so every number"
                    + " depends on chance.",
                difference),
        Map.of(LARGEST, difference));
  }

  /**
   * Judges the same images before all attacks and after them.
   *
   * @param difference NaN where that was not measured
   */
  public Finding afterwards(double difference) {
    Level level = Level.of(difference, exact ? 0 : ROUNDING, UNRELIABLE);
    return new Finding(
        "stateless",
        level,
        level == Level.OK
            ? "After all attacks, images have the embeddings that they had before."
            : words(
                "After all attacks, embeddings of the same clean images differ by up to %.2g of"
                    + " their length from those before: the model changed while it was audited.",
                difference),
        Map.of(LARGEST, difference));
  }

  /**
   * Judges an image in other company.
   *
   * @param company largest difference where the image kept its place in the batch and others were
   *     exchanged
   * @param place largest difference where it stood at another place
   * @param size largest difference in batches of other sizes
   * @param refused sizes of batches that the candidate does not take
   */
  public Finding company(double company, double place, double size, List<Integer> refused) {
    Level others = Level.of(company, exact ? 0 : ROUNDING, UNRELIABLE);
    Level places = Level.of(place, ROUNDING, UNRELIABLE);
    Level sizes = Level.of(size, OTHER_ALGORITHM, UNRELIABLE);
    Level sizesRefused = refused.isEmpty() ? Level.OK : Level.SUSPICIOUS;
    String text;
    if (others.or(places) != Level.OK) {
      text =
          words(
              "The embedding of an image changes by up to %.2g of its length with the other images"
                  + " of its batch: the model may be in training mode, and an attack on one image"
                  + " is an attack on its neighbors.",
              Math.max(company, place));
    } else if (sizes != Level.OK) {
      text =
          words(
              "The embedding of an image changes by up to %.2g of its length with the number of"
                  + " images in its batch: what is measured here is not what the model does"
                  + " elsewhere.",
              size);
    } else if (sizesRefused != Level.OK) {
      text =
          "The model does not take batches of "
              + refused
              + " images: what is measured here holds for one batch size only.";
    } else {
      text = "The embedding of an image does not depend on the other images of its batch.";
    }
    return new Finding(
        "batch-independent",
        others.or(places).or(sizes).or(sizesRefused),
        text,
        Map.of(
            LARGEST,
            Math.max(company, place),
            "largest_relative_difference_by_size",
            size,
            "sizes_refused",
            (double) refused.size()));
  }

  /** Judges embeddings from the pass that gradients are taken in. */
  public Finding withGradient(double difference) {
    Level level = Level.of(difference, ROUNDING, UNRELIABLE);
    return new Finding(
        "same-with-gradient",
        level,
        level == Level.OK
            ? "Embeddings are the same whether or not a gradient is taken."
            : words(
                "Embeddings change by up to %.2g of their length when a gradient is taken: attacks"
                    + " see another model than the one that is scored.",
                difference),
        Map.of(LARGEST, difference));
  }
}
