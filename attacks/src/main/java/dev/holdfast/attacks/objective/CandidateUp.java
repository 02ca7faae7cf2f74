package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * CA+: the candidate c under attack, a gallery item, is to be found ahead of everything else by
 * queries q that are drawn anywhere in the gallery. Minimizes the mean of [d(c, q) - d(x, q)]+ over
 * queries and gallery items x. One candidate is perturbed per trial, so it goes with the side
 * {@code gallery}.
 *
 * @param queries how many of them for each candidate; default 1
 * @param variant {@code corrected} (default): neither the clean copy of the candidate nor the query
 *     itself counts; {@code robrank}: both do
 */
@JsonTypeName("ca-plus")
public record CandidateUp(Integer queries, String variant) implements Objective {

  private static final String OWNER = "objective ca-plus";

  /** Puts the defaults in and checks the values. */
  public CandidateUp {
    queries = TargetSelection.count("queries", queries, OWNER);
    variant = RobRankVariant.checked(variant, OWNER);
  }

  @Override
  public String label() {
    return RobRankVariant.label(id(), queries, variant);
  }

  @Override
  public String description() {
    return "CA+: raise the rank of the candidate under attack for drawn queries";
  }

  @Override
  public String source() {
    return "Zhou et al., ECCV 2020 (2002.11293)";
  }

  @Override
  public boolean attacksGalleryItems() {
    return true;
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.room("queries", 1, gallery.length, OWNER);
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] chosen =
        TargetSelection.anywhere(
            id(), queries, RobRankVariant.robrank(variant), galleryView, items);
    return new CandidateObjective(
        galleryView, items, chosen, true, RobRankVariant.robrank(variant));
  }
}
