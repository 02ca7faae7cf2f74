package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * SPQA-: the query q under attack is to find candidates c behind everything else; they are drawn
 * from the nearest hundredth of the gallery. Minimizes the mean of [d(q, x) - d(q, c)]+ over
 * candidates and gallery items x. Keeps the meaning: the five nearest items of the hundredth that
 * were not drawn are to stay ahead of everything else, with a weight of exp(beta x their loss), at
 * most 1e9, that is not differentiated. In RobRank the weight follows the mean loss of a batch;
 * here it follows the loss of the query.
 *
 * @param candidates how many of them for each query; default 1
 * @param beta of the weight; 2e4 (MNIST), 4e4 (Fashion, CUB; default) or 7e4 (CARS, SOP) in RobRank
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("spqa-minus")
public record PreservingQueryDown(Integer candidates, Double beta, String variant)
    implements Objective {

  private static final String OWNER = "objective spqa-minus";

  /** Puts the defaults in and checks the values. */
  public PreservingQueryDown {
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
    return "SPQA-: lower the rank of near candidates for the query under attack, and keep its nearest items";
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
    int[][] chosen =
        TargetSelection.nearAndKept(id(), candidates, TargetSelection.KEPT, galleryView, items);
    return new QueryObjective(
        galleryView, items, chosen, candidates, false, RobRankVariant.robrank(variant), beta);
  }
}
