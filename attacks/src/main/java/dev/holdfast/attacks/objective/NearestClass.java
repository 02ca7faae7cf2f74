package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.error.InputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Approaches the nearest item of one of the nearest wrong classes: maximizes -d(f(x'), t). The
 * retrieval form of an attack that is aimed at the most likely wrong classes, one after the other.
 *
 * @param rank which of the wrong classes, ordered by their nearest item: 1 (default) for the
 *     nearest; the last one where there are fewer
 */
@JsonTypeName("nearest-class")
public record NearestClass(Integer rank) implements Objective {

  private static final String OWNER = "objective nearest-class";

  /** Puts the default in and checks it. */
  public NearestClass {
    rank = rank == null ? 1 : rank;
    if (rank < 1) {
      throw InputException.of("rank", rank, OWNER, "be at least 1", "try 1");
    }
  }

  @Override
  public String label() {
    return id() + "-" + rank;
  }

  @Override
  public String description() {
    return "approach the nearest item of one of the nearest wrong classes";
  }

  @Override
  public String source() {
    return "after the targeted attacks of Croce and Hein, ICML 2020 (2003.01690), for retrieval";
  }

  @Override
  public void check(long[] gallery, long[] attacked) {
    TargetSelection.otherClass(1, gallery, attacked, OWNER);
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    long[] labels = galleryView.gallery().labels();
    List<QueryResult> found = galleryView.search(items, labels.length);
    int[][] chosen = new int[items.size()][];
    for (int item = 0; item < chosen.length; item++) {
      Set<Long> seen = new HashSet<>(Set.of(items.labels()[item]));
      for (int row : found.get(item).neighbors()) {
        if (seen.size() <= rank && seen.add(labels[row])) {
          chosen[item] = new int[] {row};
        }
      }
    }
    return TargetedObjective.of(chosen, galleryView);
  }
}
