package dev.holdfast.attacks.projection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** Scaling of a batch by one number for each row. */
public final class RowScaling {

  private RowScaling() {}

  /** Returns the same number for every row. */
  public static float[] all(int rows, double length) {
    float[] lengths = new float[rows];
    Arrays.fill(lengths, (float) length);
    return lengths;
  }

  /** Multiplies each row with its number, in place. */
  public static NDArray scale(NDArray batch, float[] factors) {
    for (float factor : factors) {
      if (factor != factors[0]) {
        return batch.muli(column(batch, factors));
      }
    }
    return batch.muli(factors[0]);
  }

  /** Returns the numbers so that they combine with a batch of the given array's form. */
  public static NDArray column(NDArray batch, float[] numbers) {
    long[] shape = new long[batch.getShape().dimension()];
    Arrays.fill(shape, 1);
    shape[0] = numbers.length;
    return batch.getManager().create(numbers, new Shape(shape));
  }
}
