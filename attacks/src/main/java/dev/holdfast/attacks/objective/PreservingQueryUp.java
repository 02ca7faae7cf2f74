package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Arrays;

/**
 * SPQA+: the query q under attack is to find candidates c ahead of everything else; they are drawn
 * anywhere in the gallery. Minimizes the mean of [d(q, c) - d(q, x)]+ over candidates and gallery
 * items x. Keeps the meaning: the five nearest items are to stay ahead of everything else, with a
 * weight of exp(beta x their loss), at most 1e9, that is not differentiated. In RobRank the weight
 * follows the mean loss of a batch; here it follows the loss of the query.
 *
 * @param candidates how many of them for each query; default 1
 * @param beta of the weight; 2e4 (MNIST), 4e4 (Fashion, CUB; default) or 7e4 (CARS, SOP) in RobRank
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("spqa-plus")
public record PreservingQueryUp(Integer candidates, Double beta, String variant)
    implements Objective {

  private static final String OWNER = "objective spqa-plus";

  /** Puts the defaults in and checks the values. */
  public PreservingQueryUp {
    candidates = TargetSelection.count("candidates", candidates, OWNER);
    beta = TargetSelection.beta(beta, OWNER);
    variant = RobRankVariant.checked(variant, OWNER);
  }

  @Override
  public String label() {
    return RobRankVariant.label(id(), candidates, variant);
  }

  @Override
  public String description() {
    return "SPQA+: raise the rank of drawn candidates for the query under attack, and keep its nearest items";
  }

  @Override
  public String source() {
    return "Zhou et al., ECCV 2020 (2002.11293)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.room("candidates", candidates + TargetSelection.KEPT, gallery.length, OWNER);
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] drawn =
        TargetSelection.anywhere(
            id(), candidates, RobRankVariant.robrank(variant), galleryView, items);
    int[][] kept = TargetSelection.nearest(TargetSelection.KEPT, galleryView, items);
    int[][] chosen = new int[drawn.length][];
    for (int item = 0; item < drawn.length; item++) {
      chosen[item] = Arrays.copyOf(drawn[item], candidates + TargetSelection.KEPT);
      System.arraycopy(kept[item], 0, chosen[item], candidates, TargetSelection.KEPT);
    }
    return new QueryObjective(
        galleryView, items, chosen, candidates, true, RobRankVariant.robrank(variant), beta);
  }
}
