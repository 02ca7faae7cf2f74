package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.holdfast.models.engine.GraphSafeScalars;

/** What losses over pairs of a batch have in common: N x N matrices and how they are reduced. */
final class Pairs {

  /** Beyond every similarity and every exponent, and finite: 0 times infinity is no number. */
  static final float FAR = 1e30f;

  /** Keeps the length of a zero embedding, and its gradient, finite. */
  private static final float TINY = 1e-24f;

  /** Keeps square roots differentiable; far below the square of any distance that matters. */
  private static final float TINY_SQUARE = 1e-12f;

  private Pairs() {}

  /** Returns rows of length 1. */
  static NDArray unit(NDArray rows) {
    return rows.div(rows.square().sum(new int[] {1}, true).add(TINY).sqrt());
  }

  /** Returns the dot products of all rows with all rows of the other: N x M. */
  static NDArray products(NDArray rows, NDArray others) {
    return rows.matMul(turned(rows, others));
  }

  /**
   * Returns the transposed of the second array on the manager of the first, though the second may
   * live longer.
   */
  private static NDArray turned(NDArray rows, NDArray others) {
    NDArray transposed = others.transpose();
    transposed.attach(rows.getManager());
    return transposed;
  }

  /** Returns the squared Euclidean distances between all rows: N x N, none below 0. */
  static NDArray squaredDistances(NDArray rows) {
    NDArray squares = rows.square().sum(new int[] {1}, true);
    NDArray sum = squares.add(squares.transpose());
    return Activation.relu(sum.sub(GraphSafeScalars.times(products(rows, rows), 2)));
  }

  /** Returns square roots whose gradient is 0 at 0. */
  static NDArray roots(NDArray squares) {
    return squares.add(TINY_SQUARE).sqrt();
  }

  /** Returns 1 where two different samples have the same label: N x N. */
  static NDArray positives(long[] labels, NDManager manager) {
    return same(labels, manager).sub(manager.eye(labels.length));
  }

  /** Returns 1 where two samples have different labels: N x N. */
  static NDArray negatives(long[] labels, NDManager manager) {
    return same(labels, manager).neg().add(1);
  }

  private static NDArray same(long[] labels, NDManager manager) {
    NDArray classes = manager.create(labels);
    long n = labels.length;
    return asFloat(classes.reshape(new Shape(n, 1)).eq(classes.reshape(new Shape(1, n))));
  }

  /** Returns x where the mask is 1 and the value elsewhere. */
  static NDArray where(NDArray mask, NDArray x, float value) {
    return x.mul(mask).add(mask.neg().add(1).mul(value));
  }

  /** Returns 0 and 1 as float32. */
  static NDArray asFloat(NDArray bools) {
    return bools.toType(DataType.FLOAT32, false);
  }

  /** Returns ln(1 + sum of exp(x) where the mask is 1) per row, N x 1, without overflow. */
  static NDArray logOnePlusSum(NDArray x, NDArray mask) {
    NDArray masked = where(mask, x, -FAR);
    // The 1 is exp(0): the largest exponent is never below 0.
    NDArray largest = masked.stopGradient().max(new int[] {1}, true).maximum(0f);
    return masked
        .sub(largest)
        .exp()
        .sum(new int[] {1}, true)
        .add(largest.neg().exp())
        .log()
        .add(largest);
  }

  /**
   * Returns the sum of terms divided by how many of them are above 0, or 0 where none is.
   *
   * @param terms none below 0
   */
  static NDArray meanOfPositive(NDArray terms) {
    NDArray count = asFloat(terms.stopGradient().gt(0)).sum().maximum(1f);
    return terms.sum().div(count);
  }

  /**
   * Returns the mean over rows of the cross entropy of a softmax.
   *
   * @param logits N x C
   * @param oneHot N x C
   */
  static NDArray crossEntropy(NDArray logits, NDArray oneHot) {
    // Not neg() alone: the loss of a single class is 0, and not -0.
    return logits.logSoftmax(1).mul(oneHot).sum(new int[] {1}).mean().neg().add(0);
  }
}
