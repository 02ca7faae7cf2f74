package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;

/**
 * LTM, learning to misrank, by direct ascent: every item of another class is to come ahead of every
 * relevant one. Minimizes [max d(f(x'), n) - min d(f(x'), p)]+ over items n of other classes and
 * relevant items p.
 *
 * @param variant {@code corrected} (default): the query's own clean copy is not relevant; {@code
 *     robrank}: it is, because a mask is computed but not kept ({@code advrank.py}, {@code
 *     scatter})
 */
@JsonTypeName("ltm")
public record Ltm(String variant) implements Objective {

  /** Puts the default in and checks it. */
  public Ltm {
    variant = RobRankVariant.checked(variant, "objective ltm");
  }

  @Override
  public String label() {
    return id() + RobRankVariant.suffix(variant);
  }

  @Override
  public String description() {
    return "LTM: bring every item of another class ahead of every relevant one";
  }

  @Override
  public String source() {
    return "Zhou and Patel, CVPR 2022 (2203.01439), after Wang et al., CVPR 2020 (2004.04199)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(1, gallery, attacked, "objective ltm");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return HardestPair.aim(galleryView, items, 0, RobRankVariant.robrank(variant));
  }
}
