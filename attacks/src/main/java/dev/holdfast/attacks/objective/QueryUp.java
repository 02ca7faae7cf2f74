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
    candidates = Choices.count("candidates", candidates, OWNER);
    variant = Variant.checked(variant, OWNER);
  }

  @Override
  public String label() {
    return Variant.label(id(), candidates, variant);
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
    Choices.room("candidates", candidates, gallery.length, OWNER);
  }

  @Override
  public Aim aim(Surroundings surroundings, EmbeddingSet items) {
    int[][] chosen =
        Choices.anywhere(id(), candidates, Variant.robrank(variant), surroundings, items);
    return new QueryAim(surroundings, items, chosen, candidates, true, Variant.robrank(variant), 0);
  }
}
