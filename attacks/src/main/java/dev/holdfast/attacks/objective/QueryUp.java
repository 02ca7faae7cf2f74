package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * QA+: the query q under attack is to find candidates c ahead of everything else; they are drawn
 * anywhere in the gallery. Minimizes the mean of [d(q, c) - d(q, x)]+ over candidates and gallery
 * items x.
 *
 * @param candidates how many of them for each query; default 1
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("qa-plus")
public record QueryUp(Integer candidates, String variant) implements Objective {

  private static final String OWNER = "objective qa-plus";

  /** Puts the defaults in and checks the values. */
  public QueryUp {
    candidates = TargetSelection.count("candidates", candidates, OWNER);
    variant = RobRankVariant.checked(variant, OWNER);
  }

  @Override
  public String label() {
    return RobRankVariant.label(id(), candidates, variant);
  }

  @Override
  public String description() {
    return "QA+: raise the rank of drawn candidates for the query under attack";
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
    int[][] chosen =
        TargetSelection.anywhere(
            id(), candidates, RobRankVariant.robrank(variant), galleryView, items);
    return new QueryObjective(
        galleryView, items, chosen, candidates, true, RobRankVariant.robrank(variant), 0);
  }
}
