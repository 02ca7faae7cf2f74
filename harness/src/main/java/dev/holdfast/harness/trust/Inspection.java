package dev.holdfast.harness.trust;

import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.trust.ChanceLevel;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.retrieval.FiniteSearch;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.models.EmbeddingModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The checks of an audit on a few images that are queries and gallery at once. */
public final class Inspection {

  private final EmbeddingModel model;
  private final ImageBatches images;
  private final long seed;

  /** Prepares the checks; {@link #run} does them. */
  public Inspection(EmbeddingModel model, ImageBatches images, long seed) {
    this.model = model;
    this.images = images;
    this.seed = seed;
  }

  /**
   * Runs every check that needs no audit.
   *
   * @param items indices of images that have a finite embedding
   * @param embeddings their clean embeddings, one row for each
   */
  public List<Finding> run(int[] items, EmbeddingSet embeddings) {
    Distance distance = model.card().embedding().metric();
    Scope scope = Scope.of(List.of(new RecallAtK(1)));
    boolean[] all = new boolean[items.length];
    Arrays.fill(all, true);
    try (FiniteSearch search = new FiniteSearch(embeddings, all, distance, model.manager());
        GalleryView galleryView =
            new GalleryView(embeddings, distance, seed, Map.of(), model.manager())) {
      List<QueryResult> results = search.search(embeddings, scope);
      int[] asking =
          IntStream.range(0, items.length).filter(i -> results.get(i).relevant() > 0).toArray();
      double[] chance =
          Arrays.stream(asking)
              .mapToDouble(i -> results.get(i).relevant() / (double) items.length)
              .toArray();
      List<Finding> findings = new ArrayList<>();
      if (asking.length > 0) {
        findings.add(
            ChanceLevel.clean(
                Arrays.stream(asking).mapToDouble(i -> hit(results.get(i))).toArray(), chance));
      }
      findings.addAll(new ModelProbe(model, images, seed).run(items, embeddings));
      // Attacks need something to break.
      if (asking.length > 0) {
        int[] few =
            ModelProbe.sample(
                embeddings.select(asking), seed, Math.min(AttackProbe.QUERIES, asking.length));
        int[] rows = Arrays.stream(few).map(i -> asking[i]).toArray();
        findings.addAll(
            new AttackProbe(model, images, galleryView, seed)
                .run(
                    Arrays.stream(rows).map(row -> items[row]).toArray(),
                    embeddings.select(rows),
                    Arrays.stream(few).mapToDouble(i -> chance[i]).toArray(),
                    asked ->
                        search.search(asked, scope).stream()
                            .mapToDouble(Inspection::hit)
                            .toArray()));
      }
      return findings;
    }
  }

  private static double hit(QueryResult result) {
    return result.relevantUpTo(1);
  }
}
