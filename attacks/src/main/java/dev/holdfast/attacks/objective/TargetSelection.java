package dev.holdfast.attacks.objective;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Selection of targets of ranking attacks, gallery items or queries: by seed and item id alone. */
final class TargetSelection {

  /** The part of the gallery that counts as near, as in the papers. */
  private static final double NEAR = 0.01;

  /** Items whose rank the semantics-preserving attacks keep. */
  static final int KEPT = 5;

  /** What RobRank has for most data sets. */
  private static final double USUAL_BETA = 4e4;

  private TargetSelection() {}

  /** Returns a number that is at least 1, or 1 for null. */
  static int count(String key, Integer value, String owner) {
    if (value != null && value < 1) {
      throw InputException.of(key, value, owner, "be at least 1", "try 1");
    }
    return value == null ? 1 : value;
  }

  /** Returns the beta of a weight, or the usual one for null. */
  static double beta(Double value, String owner) {
    if (value != null && !(value >= 0 && value <= Double.MAX_VALUE)) {
      throw InputException.of("beta", value, owner, "be a number of at least 0", "try 4e4");
    }
    return value == null ? USUAL_BETA : value;
  }

  /**
   * Refuses a gallery that has too few items beside the one under attack.
   *
   * @throws InputException if there are fewer than {@code needed}
   */
  static void room(String key, int needed, int galleryItems, String owner) {
    if (needed > galleryItems - 1) {
      throw InputException.of(
          key,
          needed,
          owner,
          "be at most the " + (galleryItems - 1) + " other items of the gallery",
          "use more images");
    }
  }

  /**
   * Refuses a gallery that has too few items of other classes.
   *
   * @throws InputException if some item under attack finds fewer than {@code needed}
   */
  static void otherClass(int needed, long[] gallery, long[] attacked, String owner) {
    Map<Long, Long> sizes =
        Arrays.stream(gallery)
            .boxed()
            .collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    for (long label : attacked) {
      long others = gallery.length - sizes.getOrDefault(label, 0L);
      if (others == 0) {
        throw new InputException(
            "The gallery must have items of more than one class for the %s.%nMaybe use the objective embedding-shift."
                .formatted(owner));
      }
      if (others < needed) {
        throw InputException.of(
            "targets",
            needed,
            owner,
            "be at most the number of gallery items of other classes, which is " + others,
            "use fewer, or more images");
      }
    }
  }

  /** Returns the size of the largest class. */
  static int largestClass(long[] labels) {
    return Arrays.stream(labels)
        .boxed()
        .collect(Collectors.groupingBy(l -> l, Collectors.counting()))
        .values()
        .stream()
        .mapToInt(Long::intValue)
        .max()
        .orElse(0);
  }

  /** Draws items from all over the gallery, with replacement. */
  static int[][] anywhere(
      String purpose, int count, boolean robrank, GalleryView galleryView, EmbeddingSet items) {
    int[][] chosen = new int[items.size()][count];
    for (int item = 0; item < chosen.length; item++) {
      CounterRng rng = galleryView.rng(purpose, items, item);
      int self = robrank ? -1 : galleryView.self(items, item);
      Arrays.setAll(chosen[item], i -> galleryView.drawAny(self, rng));
    }
    return chosen;
  }

  /** Returns the gallery items nearest to each item, without itself. */
  static int[][] nearest(int count, GalleryView galleryView, EmbeddingSet items) {
    return galleryView.search(items, count).stream()
        .map(result -> Arrays.copyOf(result.neighbors(), count))
        .toArray(int[][]::new);
  }

  /** Returns for each item the nearest hundredth of the gallery, at least {@code least} items. */
  private static int[][] pools(int least, GalleryView galleryView, EmbeddingSet items) {
    int count = Math.max(least, (int) (galleryView.gallery().size() * NEAR));
    return nearest(count, galleryView, items);
  }

  /** Draws items from the nearest hundredth of the gallery, with replacement. */
  static int[][] near(String purpose, int count, GalleryView galleryView, EmbeddingSet items) {
    int[][] pools = pools(1, galleryView, items);
    int[][] chosen = new int[items.size()][count];
    for (int item = 0; item < chosen.length; item++) {
      CounterRng rng = galleryView.rng(purpose, items, item);
      int[] pool = pools[item];
      Arrays.setAll(chosen[item], i -> pool[rng.nextInt(pool.length)]);
    }
    return chosen;
  }

  /**
   * Draws different items from the nearest hundredth of the gallery.
   *
   * @param kept how many of the rest, the nearest ones, to put behind those that are drawn
   */
  static int[][] nearAndKept(
      String purpose, int count, int kept, GalleryView galleryView, EmbeddingSet items) {
    int[][] pools = pools(count + kept, galleryView, items);
    int[][] chosen = new int[items.size()][count + kept];
    for (int item = 0; item < chosen.length; item++) {
      int[] places = IntStream.range(0, pools[item].length).toArray();
      galleryView.rng(purpose, items, item).shuffle(places);
      Arrays.sort(places, count, places.length);
      int[] pool = pools[item];
      Arrays.setAll(chosen[item], i -> pool[places[i]]);
    }
    return chosen;
  }
}
