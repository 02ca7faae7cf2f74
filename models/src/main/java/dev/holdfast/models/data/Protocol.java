package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** How a data set is searched. */
public enum Protocol {
  /** Every item is a query against all others. */
  SELF_RETRIEVAL(1) {
    @Override
    QueryGallerySplit draw(int number, List<ImageItem> items) {
      int[] all = IntStream.range(0, items.size()).toArray();
      return new QueryGallerySplit(all, all.clone());
    }
  },
  /** Queries and gallery are given by the {@link Role} of each item. */
  QUERY_GALLERY(1) {
    @Override
    QueryGallerySplit draw(int number, List<ImageItem> items) {
      return new QueryGallerySplit(
          IntStream.range(0, items.size()).filter(i -> items.get(i).role().asks()).toArray(),
          IntStream.range(0, items.size()).filter(i -> items.get(i).role().answers()).toArray());
    }
  },
  /**
   * One item of each class, drawn at random, is the gallery, and the rest are queries; ten draws
   * (Liu et al., "Deep relative distance learning: tell the difference between similar vehicles",
   * CVPR 2016). The draws depend on the ids of the items and on nothing else: they are the same in
   * every run.
   */
  ONE_IMAGE_GALLERY(10) {
    @Override
    QueryGallerySplit draw(int number, List<ImageItem> items) {
      Map<Long, Integer> chosen = new HashMap<>();
      for (int i = 0; i < items.size(); i++) {
        chosen.merge(
            items.get(i).label(),
            i,
            (a, b) ->
                Long.compareUnsigned(key(number, items.get(a)), key(number, items.get(b))) <= 0
                    ? a
                    : b);
      }
      boolean[] gallery = new boolean[items.size()];
      chosen.values().forEach(i -> gallery[i] = true);
      return new QueryGallerySplit(
          IntStream.range(0, items.size()).filter(i -> !gallery[i]).toArray(),
          IntStream.range(0, items.size()).filter(i -> gallery[i]).toArray());
    }

    private long key(int number, ImageItem item) {
      return CounterRng.of(number, "one-image-gallery", item.id()).nextLong();
    }
  };

  private final int draws;

  Protocol(int draws) {
    this.draws = draws;
  }

  /** Returns the id that reports use, such as {@code self-retrieval}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the number of draws: results are means over them. */
  public int draws() {
    return draws;
  }

  abstract QueryGallerySplit draw(int number, List<ImageItem> items);

  /**
   * Returns the draws.
   *
   * @param items what can be read of the data set
   * @throws InputException if one side of a draw is empty
   */
  public List<QueryGallerySplit> draw(List<ImageItem> items) {
    List<QueryGallerySplit> all = new ArrayList<>();
    for (int number = 0; number < draws; number++) {
      QueryGallerySplit draw = draw(number, items);
      if (draw.queries().length == 0 || draw.gallery().length == 0) {
        throw InputException.of(
            "images",
            draw.queries().length + " queries, " + draw.gallery().length + " in the gallery",
            "the data",
            "be on both sides",
            this == QUERY_GALLERY
                ? "the column role has the same value in every row, or one side cannot be read"
                : "every class has one image only");
      }
      all.add(draw);
    }
    return List.copyOf(all);
  }
}
