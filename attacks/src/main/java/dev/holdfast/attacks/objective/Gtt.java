package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * GTT, greedy top-1 translocation: the item that is found first for the clean query is to come
 * behind everything else. Minimizes QA- for that item. It reports the share of queries that still
 * find it among the first four; both variants leave the query itself out of that.
 *
 * @param variant {@code corrected} (default): the query's own clean copy does not count; {@code
 *     robrank}: it does
 */
@JsonTypeName("gtt")
public record Gtt(String variant) implements Objective {

  /** How many items count as found in front, as in RobRank. */
  private static final int AMONG = 4;

  /** Puts the default in and checks it. */
  public Gtt {
    variant = RobRankVariant.checked(variant, "objective gtt");
  }

  @Override
  public String label() {
    return id() + RobRankVariant.suffix(variant);
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
    TargetSelection.room("candidates", 1, gallery.length, "objective gtt");
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] first = TargetSelection.nearest(1, galleryView, items);
    QueryObjective aim =
        new QueryObjective(galleryView, items, first, 1, false, RobRankVariant.robrank(variant), 0);
    return new CellObjective() {
      @Override
      public int[][] chosen() {
        return first;
      }

      @Override
      public BatchObjective bind(int[] batch, NDManager manager) {
        return aim.bind(batch, manager);
      }

      @Override
      public Map<String, double[]> measures(EmbeddingSet embeddings, double[] losses) {
        return Map.of("kept@" + AMONG, kept(galleryView, items, first, embeddings));
      }
    };
  }

  /** Returns 1 where the item that the clean query finds first is still among the first, else 0. */
  private static double[] kept(
      GalleryView galleryView, EmbeddingSet items, int[][] first, EmbeddingSet embeddings) {
    RankCounter standing = galleryView.standing();
    return IntStream.range(0, embeddings.size())
        .parallel()
        .mapToDouble(
            item -> {
              double[] distances = standing.distances(standing.point(embeddings, item));
              int row = first[item][0];
              int[] left = galleryView.left(items, item);
              int ahead =
                  RankCounter.ahead(
                      distances,
                      distances[row],
                      x -> x != row && IntStream.of(left).noneMatch(l -> l == x),
                      true);
              return ahead < AMONG ? 1 : 0;
            })
        .toArray();
  }
}
