package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;

/**
 * Mis-ranking: the farthest item of another class is to come ahead of the nearest relevant one by a
 * margin. Minimizes [max d(f(x'), n) - min d(f(x'), p) + margin]+. The paper trains a generator for
 * the logarithm of this; the logarithm changes no direction and is left out.
 *
 * @param margin in units of distance; default 0.3
 */
@JsonTypeName("mis-ranking")
public record MisRanking(Double margin) implements Objective {

  private static final double DEFAULT_MARGIN = 0.3;

  /** Puts the default in and checks it. */
  public MisRanking {
    margin = margin == null ? DEFAULT_MARGIN : margin;
    if (!(margin >= 0 && margin <= Float.MAX_VALUE)) {
      throw InputException.of(
          "margin", margin, "objective mis-ranking", "be a number of at least 0", "try 0.3");
    }
  }

  @Override
  public String description() {
    return "bring the farthest item of another class ahead of the nearest relevant one by a margin";
  }

  @Override
  public String source() {
    return "Wang et al., CVPR 2020 (2004.04199)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(1, gallery, attacked, "objective mis-ranking");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    return HardestPair.aim(galleryView, items, margin, false);
  }
}
