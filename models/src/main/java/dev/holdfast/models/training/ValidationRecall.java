package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.engine.BackboneNetwork;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.engine.NetworkModel;
import java.util.List;
import java.util.stream.LongStream;

/** Recall@1 of the classes held out, each image a query to all others. */
final class ValidationRecall {

  private ValidationRecall() {}

  /** Embeds images without augmentation and returns their recall@1. */
  static double of(
      Recipe recipe,
      Weights weights,
      TrainingImages images,
      List<Integer> chosen,
      NDManager parent) {
    int dimension = recipe.embedding().dimension();
    float[] embeddings = new float[chosen.size() * dimension];
    long[] labels = chosen.stream().mapToLong(images::label).toArray();
    Shape one = recipe.imageShape();
    int values = Math.toIntExact(one.size());
    NDManager manager = parent.newSubManager();
    BackboneNetwork network = new BackboneNetwork(recipe.backbone(), weights, Branch.MAIN, manager);
    try (EmbeddingModel model = new NetworkModel(recipe.card(), "", manager, network)) {
      for (int start = 0; start < labels.length; start += recipe.batchSize()) {
        int n = Math.min(recipe.batchSize(), labels.length - start);
        float[] pixels = new float[n * values];
        for (int i = 0; i < n; i++) {
          images.pixels(chosen.get(start + i), pixels, i * values);
        }
        try (NDManager batch = model.manager().newSubManager()) {
          NDArray input = HostToDevice.array(pixels, new Shape(n).addAll(one), batch);
          float[] rows = model.embed(input).toFloatArray();
          System.arraycopy(rows, 0, embeddings, start * dimension, rows.length);
        }
      }
    }
    return recallAt1(embeddings, dimension, labels, recipe.embedding().metric(), parent);
  }

  /**
   * Returns the share of the rows whose nearest other row has the same label. A tie with a row of
   * another label counts as a miss; rows that are alone in their class do not count. Embeddings
   * that are not finite retrieve nothing.
   *
   * @return in [0,1]; not a number if every row is alone
   */
  static double recallAt1(
      float[] rows, int dimension, long[] labels, Distance distance, NDManager parent) {
    RetrievalMetric recall = new RecallAtK(1);
    for (float value : rows) {
      if (!Float.isFinite(value)) {
        return 0;
      }
    }
    long[] ids = LongStream.range(0, labels.length).toArray();
    EmbeddingSet set = new EmbeddingSet(rows, dimension, ids, labels);
    try (ExactSearch search = ExactSearch.of(set, distance, parent)) {
      return search.search(set, Scope.of(List.of(recall)).hitsAlone(), recall::value).stream()
          .filter(hit -> !Double.isNaN(hit))
          .mapToDouble(Double::doubleValue)
          .average()
          .orElse(Double.NaN);
    }
  }
}
