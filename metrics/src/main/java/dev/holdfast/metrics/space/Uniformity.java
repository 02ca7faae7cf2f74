package dev.holdfast.metrics.space;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.knn.RowProducts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Uniformity: the logarithm of the mean over pairs of different items of {@code exp(-2 d^2)}, with
 * d the distance between embeddings, normalised (Wang, Isola, "Understanding contrastive
 * representation learning through alignment and uniformity on the hypersphere", ICML 2020, with t =
 * 2). At most 0; smaller is more uniform.
 *
 * <p>All pairs count. The engine computes them in float32, which is good for six digits; the value
 * is rounded to that, so that it does not depend on threads.
 */
public record Uniformity() implements SpaceMetric {

  private static final int ROWS = 1792;
  private static final double DIGITS = 1e6;

  @Override
  public String id() {
    return "uniformity";
  }

  @Override
  public String description() {
    return "log of the mean of exp(-2 d^2) over all pairs, normalised";
  }

  @Override
  public String source() {
    return "Wang and Isola, ICML 2020 (2005.10242)";
  }

  @Override
  public boolean needsDistance(boolean clustered) {
    return true;
  }

  @Override
  public double value(EmbeddingSpace space) {
    int size = space.items().size();
    UnitRows rows = new UnitRows(space.items());
    int[] directions = IntStream.range(0, size).filter(row -> !rows.isZero(row)).toArray();
    double zeros = size - directions.length;
    // Zero vectors are at distance 0 from each other, and 1 from all others.
    double sum =
        zeros * (zeros - 1) / 2
            + zeros * directions.length * Math.exp(-2)
            + Math.exp(-4) * sum(rows, directions, space);
    double mean = sum / (size * (size - 1.0) / 2);
    return Math.rint(Math.log(mean) * DIGITS) / DIGITS;
  }

  /** Sums exp(4 cos) over all pairs of different rows, block by block. */
  private static double sum(UnitRows rows, int[] directions, EmbeddingSpace space) {
    int dimension = space.items().dimension();
    int size = directions.length;
    double sum = 0;
    try (NDManager manager = space.manager().newSubManager()) {
      List<NDArray> blocks = new ArrayList<>();
      for (int first = 0; first < size; first += ROWS) {
        int count = Math.min(ROWS, size - first);
        int[] some = Arrays.copyOfRange(directions, first, first + count);
        blocks.add(manager.create(rows.floats(some), new Shape(count, dimension)).muli(2));
      }
      for (int i = 0; i < blocks.size(); i++) {
        space.watch().step("uniformity", i, blocks.size());
        for (int j = i; j < blocks.size(); j++) {
          try (NDManager pair = manager.newSubManager()) {
            NDArray product = RowProducts.of(blocks.get(i), blocks.get(j), pair);
            // d^2 = 2 - 2 cos, and rows are twice as long: what is constant comes in the end.
            NDArray kernel = product.exp();
            if (i == j) {
              // A row and itself are no pair, and would drown the others.
              kernel = kernel.mul(pair.eye((int) kernel.getShape().get(0)).neg().add(1));
            }
            double all = 0;
            for (float row : kernel.sum(new int[] {1}).toFloatArray()) {
              all += row;
            }
            sum += i == j ? all / 2 : all;
          }
        }
      }
    }
    return sum;
  }
}
