package dev.holdfast.attacks.projection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** What is done to gradients, row by row: a row never depends on the others. */
public final class Gradients {

  private static final int[] VALUES = {1};

  private Gradients() {}

  /** One row for each image: the engine takes maxima along one axis at a time. */
  public static NDArray rows(NDArray images) {
    return images.reshape(new Shape(images.getShape().get(0), -1));
  }

  /** Returns 0 in place of what is no number: it says nothing about where to go. */
  public static NDArray withoutHoles(NDArray gradient) {
    NDArray holes = gradient.isNaN().logicalOr(gradient.isInfinite());
    return NDArrays.where(holes, gradient.zerosLike(), gradient);
  }

  /** Returns the Euclidean length of each row, in double where floats cannot hold its square. */
  public static double[] lengths(NDArray rows) {
    float[] norms = rows.norm(VALUES).toFloatArray();
    double[] lengths = new double[norms.length];
    double[] exact = null;
    for (int i = 0; i < norms.length; i++) {
      lengths[i] = norms[i];
      if (!(lengths[i] > 1e-12 && lengths[i] < 1e12)) {
        exact =
            exact == null
                ? rows.toType(DataType.FLOAT64, false).norm(VALUES).toDoubleArray()
                : exact;
        lengths[i] = exact[i];
      }
    }
    return lengths;
  }

  /** Returns the mean absolute value of each row, in double where floats cannot hold the sum. */
  public static double[] means(NDArray rows) {
    float[] sums = rows.abs().mean(VALUES).toFloatArray();
    double[] means = new double[sums.length];
    double[] exact = null;
    for (int i = 0; i < sums.length; i++) {
      means[i] = sums[i];
      if (!(means[i] > 1e-30 && means[i] < 1e30)) {
        exact =
            exact == null
                ? rows.toType(DataType.FLOAT64, false).abs().mean(VALUES).toDoubleArray()
                : exact;
        means[i] = exact[i];
      }
    }
    return means;
  }

  /** Tells whether all are numbers. */
  public static boolean finite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns what makes rows of the given sizes as large as wished; a row of zeros stays as it is.
   */
  public static float[] factors(double[] sizes, float[] wished) {
    float[] factors = new float[sizes.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = sizes[i] == 0 ? 0 : (float) Math.min(wished[i] / sizes[i], Float.MAX_VALUE);
    }
    return factors;
  }
}
