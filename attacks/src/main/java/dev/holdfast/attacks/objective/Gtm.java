package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.util.Arrays;
import java.util.List;

/**
 * GTM, greedy top-1 misranking: approaches the nearest item of another class. Maximizes -d(f(x'),
 * t).
 *
 * <p>RobRank means the nearest item of another class than the item found first, and takes its
 * number among the items of other classes for its number in the whole gallery ({@code
 * advrank_qcselector.py}, {@code _sel_gtm}); so it mostly aims somewhere else.
 *
 * @param variant {@code corrected} (default), or {@code robrank} to aim where RobRank does
 */
@JsonTypeName("gtm")
public record Gtm(String variant) implements Objective {

  /** Puts the default in and checks it. */
  public Gtm {
    variant = RobRankVariant.checked(variant, "objective gtm");
  }

  @Override
  public String label() {
    return id() + RobRankVariant.suffix(variant);
  }

  @Override
  public String description() {
    return "GTM: approach the nearest item of another class";
  }

  @Override
  public String source() {
    return "Zhou and Patel, CVPR 2022 (2203.01439)";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(1, gallery, attacked, "objective gtm");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    long[] labels = galleryView.gallery().labels();
    // Behind all items of the largest class comes one of another.
    int depth = Math.min(labels.length, TargetSelection.largestClass(labels) + 1);
    List<QueryResult> found = galleryView.search(items, depth);
    int[][] chosen = new int[items.size()][];
    for (int item = 0; item < chosen.length; item++) {
      int[] neighbors = found.get(item).neighbors();
      long own = items.labels()[item];
      chosen[item] =
          new int[] {
            RobRankVariant.robrank(variant)
                ? misread(neighbors, labels)
                : Arrays.stream(neighbors).filter(r -> labels[r] != own).findFirst().orElseThrow()
          };
    }
    return TargetedObjective.of(chosen, galleryView);
  }

  private static int misread(int[] neighbors, long[] labels) {
    long first = labels[neighbors[0]];
    int nearest =
        Arrays.stream(neighbors).filter(r -> labels[r] != first).findFirst().orElse(neighbors[0]);
    int place = 0;
    for (int row = 0; row < nearest; row++) {
      place += labels[row] != first ? 1 : 0;
    }
    return place;
  }
}
