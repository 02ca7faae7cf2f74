package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.List;
import java.util.Map;

/** Whether embeddings are numbers. */
public final class FiniteEmbeddings {

  private FiniteEmbeddings() {}

  /**
   * Judges embeddings of images that no data set may hold, but an attack may make.
   *
   * @param bad what the images are whose embeddings are NaN or infinite, such as {@code black}
   */
  public static Finding extremes(List<String> bad) {
    return new Finding(
        "extreme-images",
        bad.isEmpty() ? Level.OK : Level.SUSPICIOUS,
        bad.isEmpty()
            ? "Black, gray, white and random images have finite embeddings."
            : "The embedding is NaN or infinite for images that are "
                + String.join(", ", bad)
                + ": an attack may lead there, and its gradient is lost.",
        Map.of("kinds_not_finite", (double) bad.size()));
  }

  /**
   * Judges the embeddings of an audit.
   *
   * @param clean images whose clean embedding is NaN or infinite
   * @param perturbed perturbed images whose embedding is
   */
  public static Finding all(int clean, long perturbed) {
    boolean fine = clean == 0 && perturbed == 0;
    return new Finding(
        "finite",
        fine ? Level.OK : Level.UNRELIABLE,
        fine
            ? "Every embedding is finite."
            : words(
                "The embedding is NaN or infinite for %d clean and %d perturbed images: such a query"
                    + " counts as a miss, and such a gallery item is never found.",
                clean, perturbed),
        Map.of("clean_not_finite", (double) clean, "embeddings_not_finite", (double) perturbed));
  }
}
