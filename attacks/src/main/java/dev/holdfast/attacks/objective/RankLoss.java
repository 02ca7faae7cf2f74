package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * How much of an inequality between ranks does not hold: the mean over chosen candidates c and all
 * counted gallery items x of [d(q, c) - d(q, x)]+, which is 0 once every c is ahead of every x; or
 * of the opposite, which is 0 once every c is behind. Where the gallery is ordered by the inner
 * product, d is its negative.
 *
 * @param chosen candidates of each row of the batch: rows of the gallery, rows x M
 * @param counted 1 for each gallery item that counts, else 0: rows x G in double
 * @param ahead whether candidates are to come ahead of the others, or behind
 */
@SuppressWarnings("ArrayRecordComponent")
record RankLoss(GalleryView galleryView, int[][] chosen, NDArray counted, boolean ahead) {

  private static final double NEAR = 1e-12;

  /** A value for each row, and its gradient with respect to the prepared embeddings, in double. */
  record Value(NDArray value, NDArray gradient) {}

  /**
   * Makes the array of what counts.
   *
   * @param left for each row of the batch, a row of the gallery that does not count; -1 for none
   */
  static NDArray allBut(int[] left, int size, NDManager manager) {
    double[] counted = new double[left.length * size];
    java.util.Arrays.fill(counted, 1);
    for (int i = 0; i < left.length; i++) {
      if (left[i] >= 0) {
        counted[i * size + left[i]] = 0;
      }
    }
    return manager.create(counted, new Shape(left.length, size));
  }

  /**
   * Computes it.
   *
   * @param prepared rows x D, not recorded
   */
  Value at(NDArray prepared) {
    NDManager manager = prepared.getManager();
    NDArray p = prepared.toType(DataType.FLOAT64, true);
    NDArray all = galleryView.exactDistances(p);
    NDArray inverse = inverse(all);
    NDArray active = all.zerosLike();
    NDArray value = manager.zeros(new Shape(chosen.length), DataType.FLOAT64);
    NDArray gradient = p.zerosLike();
    double sign = ahead ? 1 : -1;
    int count = chosen[0].length;
    for (int m = 0; m < count; m++) {
      long[] rows = new long[chosen.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = chosen[i][m];
      }
      NDArray numbers = manager.create(rows);
      NDArray aim = galleryView.exactRows().get(manager, new NDIndex("{}", numbers));
      NDArray toAim = all.gather(numbers.expandDims(1), 1);
      NDArray difference = toAim.sub(all).muli(sign);
      NDArray counts = difference.gt(0).toType(DataType.FLOAT64, false).muli(counted);
      value.addi(difference.muli(counts).sum(new int[] {1}));
      active.addi(counts);
      NDArray number = counts.sum(new int[] {1}, true);
      if (galleryView.byProduct()) {
        gradient.subi(aim.mul(number));
      } else {
        gradient.addi(p.sub(aim).muli(number.muli(inverse(toAim))));
      }
    }
    if (galleryView.byProduct()) {
      gradient.addi(active.matMul(galleryView.exactRows())).muli(sign);
    } else {
      NDArray weights = active.muli(inverse);
      gradient
          .subi(p.mul(weights.sum(new int[] {1}, true)))
          .addi(weights.matMul(galleryView.exactRows()))
          .muli(sign);
    }
    NDArray divisor = counted.sum(new int[] {1}).muli(count).maximum(1);
    return new Value(value.divi(divisor), gradient.divi(divisor.expandDims(1)));
  }

  /** The direction to a point that one stands on is none. */
  private static NDArray inverse(NDArray distances) {
    NDArray far = distances.gt(NEAR).toType(DataType.FLOAT64, false);
    return far.divi(distances.maximum(NEAR));
  }
}
