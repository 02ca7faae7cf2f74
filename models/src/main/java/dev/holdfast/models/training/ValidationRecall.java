package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.models.BackboneNetwork;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.NetworkModel;
import dev.holdfast.models.Uploads;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Weights;
import java.util.List;

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
          NDArray input = Uploads.array(pixels, new Shape(n).addAll(one), batch);
          float[] rows = model.embed(input).toFloatArray();
          System.arraycopy(rows, 0, embeddings, start * dimension, rows.length);
        }
      }
    }
    return recallAt1(embeddings, dimension, labels, recipe.embedding().metric());
  }

  /**
   * Returns the share of the rows whose nearest other row has the same label. A tie with a row of
   * another label counts as a miss; rows that are alone in their class do not count.
   *
   * @return in [0,1]; not a number if every row is alone
   */
  static double recallAt1(float[] rows, int dimension, long[] labels, Distance distance) {
    int hits = 0;
    int queries = 0;
    for (int q = 0; q < labels.length; q++) {
      double same = Double.POSITIVE_INFINITY;
      double other = Double.POSITIVE_INFINITY;
      boolean alone = true;
      for (int g = 0; g < labels.length; g++) {
        if (g == q) {
          continue;
        }
        double d = between(rows, q * dimension, g * dimension, dimension, distance);
        if (labels[g] == labels[q]) {
          alone = false;
          same = Math.min(same, d);
        } else {
          other = Math.min(other, d);
        }
      }
      if (!alone) {
        queries++;
        hits += same < other ? 1 : 0;
      }
    }
    return (double) hits / queries;
  }

  private static double between(float[] rows, int a, int b, int dimension, Distance distance) {
    double squares = 0;
    double dot = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < dimension; i++) {
      double x = rows[a + i];
      double y = rows[b + i];
      squares += (x - y) * (x - y);
      dot += x * y;
      normA += x * x;
      normB += y * y;
    }
    return switch (distance) {
      case EUCLIDEAN -> squares;
      case DOT -> -dot;
      case COSINE -> normA == 0 || normB == 0 ? 1 : 1 - dot / Math.sqrt(normA * normB);
    };
  }
}
