package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Map;

/**
 * TMA, targeted mismatch: approaches the direction of one gallery item, drawn uniformly. Maximizes
 * cos(f(x'), t) - 1.
 *
 * @param variant {@code corrected} (default): the target is never the item itself; {@code robrank}:
 *     it may be
 */
@JsonTypeName("tma")
public record Tma(String variant) implements Objective {

  /** Puts the default in and checks it. */
  public Tma {
    variant = RobRankVariant.checked(variant, "objective tma");
  }

  @Override
  public String label() {
    return id() + RobRankVariant.suffix(variant);
  }

  @Override
  public String description() {
    return "TMA: raise the cosine with one random item";
  }

  @Override
  public String source() {
    return "Tolias et al., ICCV 2019 (1908.09163), as in Zhou and Patel, CVPR 2022";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.room("targets", 1, gallery.length, "objective tma");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] chosen =
        TargetSelection.anywhere(id(), 1, RobRankVariant.robrank(variant), galleryView, items);
    TargetedObjective targets = TargetedObjective.of(chosen, galleryView);
    return new CellObjective() {
      @Override
      public int[][] chosen() {
        return chosen;
      }

      @Override
      public BatchObjective bind(int[] batch, NDManager manager) {
        NDArray target = GalleryView.unit(targets.rows(0, batch, manager));
        return e -> GalleryView.unit(e).mul(target).sum(new int[] {1}).sub(1);
      }

      @Override
      public Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
        RankCounter flat = new RankCounter(galleryView.gallery(), Distance.COSINE);
        double[] cosines = new double[embeddings.size()];
        for (int item = 0; item < cosines.length; item++) {
          double[] point = flat.point(embeddings, item);
          double[] target = flat.point(galleryView.gallery(), chosen[item][0]);
          double cosine = 0;
          for (int d = 0; d < point.length; d++) {
            cosine += point[d] * target[d];
          }
          cosines[item] = Double.isNaN(cosine) ? 1 : cosine;
        }
        return Map.of("target-cosine", cosines);
      }
    };
  }
}
