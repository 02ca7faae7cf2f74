package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Map;

/**
 * Moves the embedding as far as possible from where it was: maximizes d(f(x'), f(x)). It reports
 * the distance between embeddings of length 1, 0 to 2. RobRank reports d before the last step
 * ({@code advrank.py}, {@code embshift}): the last that its attack computed.
 *
 * @param variant {@code corrected} (default): attacks start beside the clean image, where this has
 *     a gradient; {@code robrank}: 1e-7 is added to every number of f(x) instead
 */
@JsonTypeName("embedding-shift")
public record EmbeddingShift(String variant) implements Objective {

  private static final double BESIDE = 1e-7;

  /** The largest distance between embeddings of length 1. */
  private static final double FARTHEST = 2;

  /** Puts the default in and checks it. */
  public EmbeddingShift {
    variant = RobRankVariant.checked(variant, "objective embedding-shift");
  }

  /** The corrected variant. */
  public EmbeddingShift() {
    this(null);
  }

  @Override
  public String label() {
    return id() + RobRankVariant.suffix(variant);
  }

  @Override
  public String description() {
    return "maximize the distance between the embeddings of the perturbed and the clean image";
  }

  @Override
  public String source() {
    return "Zhou et al., CVPR 2022 (ES)";
  }

  /** At the clean image the distance is 0, and its gradient 0/0. */
  @Override
  public boolean hasZeroGradientAtClean() {
    return !RobRankVariant.robrank(variant);
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return new CellObjective() {
      @Override
      public int[][] chosen() {
        return new int[items.size()][0];
      }

      @Override
      public BatchObjective bind(int[] batch, NDManager manager) {
        NDArray exact = galleryView.rows(items, batch, manager);
        NDArray clean = RobRankVariant.robrank(variant) ? exact.add(BESIDE) : exact;
        return e -> GalleryView.distance(galleryView.prepareGiven(e), clean);
      }

      @Override
      public Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
        return Map.of("shift", shifts(items, embeddings, losses));
      }
    };
  }

  private double[] shifts(EmbeddingSet before, EmbeddingSet after, double[] losses) {
    RankCounter flat = new RankCounter(before, Distance.COSINE);
    double[] shifts = new double[before.size()];
    for (int item = 0; item < shifts.length; item++) {
      double shift = RankCounter.distance(flat.point(before, item), flat.point(after, item));
      shifts[item] =
          Double.isNaN(shift) ? FARTHEST : RobRankVariant.robrank(variant) ? losses[item] : shift;
    }
    return shifts;
  }
}
