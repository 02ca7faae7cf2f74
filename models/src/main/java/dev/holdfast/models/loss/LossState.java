package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;
import java.util.Arrays;

/** What a loss knows beside the batch: its parameters, the classes, the step, and features. */
public final class LossState {

  /** How the names of all parameters of losses start. */
  public static final String PREFIX = "loss.";

  private final Weights weights;
  private final String prefix;
  private final long[] classes;
  private final NDArray features;
  private final long seed;
  private final long step;

  private LossState(
      Weights weights, String prefix, long[] classes, NDArray features, long seed, long step) {
    this.weights = weights;
    this.prefix = prefix;
    this.classes = classes;
    this.features = features;
    this.seed = seed;
    this.step = step;
  }

  /**
   * Puts together what a loss needs in one step.
   *
   * @param weights hold the parameters of the loss, under names that start with {@link #PREFIX}
   * @param classes the labels that can occur; parameters of classes are in their order
   * @param features N x C x H x W, the feature map of the batch; null unless the loss needs it
   * @param seed of random choices
   * @param step the number of the step
   */
  public static LossState of(
      Weights weights, long[] classes, NDArray features, long seed, long step) {
    return new LossState(weights, PREFIX, classes.clone(), features, seed, step);
  }

  /** Returns the state of a loss inside another one. */
  LossState within(String name) {
    return new LossState(weights, prefix + name + ".", classes, features, seed, step);
  }

  /** Returns a parameter. */
  NDArray parameter(String name) {
    return weights.get(prefix + name);
  }

  /** Returns the feature map of the batch: N x C x H x W. */
  NDArray features() {
    return features;
  }

  /** Returns the number of the step. */
  long step() {
    return step;
  }

  /** Returns random numbers that depend on seed and step alone. */
  CounterRng rng(String purpose) {
    return CounterRng.of(seed, prefix + purpose, step);
  }

  /**
   * Returns a matrix that has a 1 where a label is that of a class.
   *
   * @return N x classes
   */
  NDArray oneHot(long[] labels, NDManager manager) {
    float[] values = new float[labels.length * classes.length];
    for (int i = 0; i < labels.length; i++) {
      int at = indexOf(labels[i]);
      if (at < 0) {
        throw new IllegalArgumentException(
            "The label (%d) must be one of %s.".formatted(labels[i], Arrays.toString(classes)));
      }
      values[i * classes.length + at] = 1;
    }
    return manager.create(values, new Shape(labels.length, classes.length));
  }

  private int indexOf(long label) {
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] == label) {
        return i;
      }
    }
    return -1;
  }
}
