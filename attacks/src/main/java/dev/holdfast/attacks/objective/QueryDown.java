package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * QA-: the query q under attack is to find candidates c behind everything else; they are drawn from
 * the nearest hundredth of the gallery. Minimizes the mean of [d(q, x) - d(q, c)]+ over candidates
 * and gallery items x.
 *
 * @param candidates how many of them for each query; default 1
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("qa-minus")
public record QueryDown(Integer candidates, String variant) implements Objective {

  private static final String OWNER = "objective qa-minus";

  /** Puts the defaults in and checks the values. */
  public QueryDown {
    candidates = TargetSelection.count("candidates", candidates, OWNER);
    variant = RobRankVariant.checked(variant, OWNER);
  }

  @Override
  public String label() {
    return RobRankVariant.label(id(), candidates, variant);
  }

  @Override
  public String description() {
    return "QA-: lower the rank of near candidates for the query under attack";
  }

  @Override
  public String source() {
    return "Zhou et al., ECCV 2020 (2002.11293)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.room("candidates", candidates, gallery.length, OWNER);
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] chosen = TargetSelection.nearAndKept(id(), candidates, 0, galleryView, items);
    return new QueryObjective(
        galleryView, items, chosen, candidates, false, RobRankVariant.robrank(variant), 0);
  }
}
