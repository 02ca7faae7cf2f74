package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.norm.BatchNorm;
import java.util.List;

/**
 * Batch norm with one set of statistics, scales and shifts for each of several distributions. Every
 * part of a batch is normalized by itself; the outputs are put together in the order of the rows.
 *
 * @see <a href="https://arxiv.org/abs/1911.09665">Xie et al., CVPR 2020</a>
 */
final class MixBatchNorm {

  static final String WEIGHT = "weight";
  static final String BIAS = "bias";
  static final String MEAN = "running_mean";
  static final String VARIANCE = "running_var";

  static final float EPSILON = 1e-5f;

  /** What DJL calls momentum is 1 - momentum in PyTorch's words. */
  private static final float MOMENTUM = 0.9f;

  private MixBatchNorm() {}

  /** Returns the arrays of the main branch before they have values. */
  static List<ArraySpec> arrays(String name, long channels) {
    return List.of(
        ArraySpec.constant(name + "." + WEIGHT, 1, channels),
        ArraySpec.constant(name + "." + BIAS, 0, channels),
        ArraySpec.constant(name + "." + MEAN, 0, channels),
        ArraySpec.constant(name + "." + VARIANCE, 1, channels));
  }

  /**
   * Normalizes a batch.
   *
   * @param name of the norm, such as {@code layer1.0.bn1}
   * @param x N x C x H x W
   * @return the same shape
   */
  static NDArray apply(Weights weights, String name, NDArray x, Route route) {
    List<Route.Part> parts = route.parts();
    if (parts.size() == 1) {
      return normalize(weights, name, x, parts.get(0));
    }
    long[] ends = new long[parts.size() - 1];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += parts.get(i).rows();
      ends[i] = end;
    }
    long expected = end + parts.get(ends.length).rows();
    if (x.getShape().get(0) != expected) {
      throw new IllegalArgumentException(
          "The route has %d rows, and the batch %d.".formatted(expected, x.getShape().get(0)));
    }
    try (NDList slices = x.split(ends, 0);
        NDList normalized = new NDList(parts.size())) {
      for (int i = 0; i < parts.size(); i++) {
        normalized.add(normalize(weights, name, slices.get(i), parts.get(i)));
      }
      return NDArrays.concat(normalized, 0);
    }
  }

  private static NDArray normalize(Weights weights, String name, NDArray x, Route.Part part) {
    Branch branch = part.branch();
    NDArray mean = weights.get(branch.name(name, MEAN));
    NDArray variance = weights.get(branch.name(name, VARIANCE));
    if (part.statistics() == Route.Statistics.BATCH_WITHOUT_TRACE) {
      mean = copy(mean, x);
      variance = copy(variance, x);
    }
    return BatchNorm.batchNorm(
            x,
            mean,
            variance,
            weights.get(branch.name(name, WEIGHT)),
            weights.get(branch.name(name, BIAS)),
            1,
            MOMENTUM,
            EPSILON,
            part.statistics() != Route.Statistics.RUNNING)
        .singletonOrThrow();
  }

  private static NDArray copy(NDArray array, NDArray neighbor) {
    NDArray copy = array.duplicate();
    copy.attach(neighbor.getManager());
    return copy;
  }
}
