package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * GTT, greedy top-1 translocation: the item that is found first for the clean query is to come
 * behind everything else. Minimizes QA- for that item.
 *
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("gtt")
public record Gtt(String variant) implements Objective {

  /** Puts the default in and checks it. */
  public Gtt {
    variant = Variant.checked(variant, "objective gtt");
  }

  @Override
  public String label() {
    return id() + Variant.suffix(variant);
  }

  @Override
  public String description() {
    return "GTT: lower the rank of the item that the clean query finds first";
  }

  @Override
  public String source() {
    return "Zhou and Patel, CVPR 2022 (2203.01439)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    Choices.room("candidates", 1, gallery.length, "objective gtt");
  }

  @Override
  public Aim aim(Surroundings surroundings, EmbeddingSet items) {
    int[][] first = Choices.nearest(1, surroundings, items);
    return new QueryAim(surroundings, items, first, 1, false, Variant.robrank(variant), 0);
  }
}
