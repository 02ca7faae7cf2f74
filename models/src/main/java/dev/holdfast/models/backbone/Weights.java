package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Named arrays of a network: parameters, and buffers (running statistics), which no gradient
 * changes.
 */
public final class Weights implements AutoCloseable {

  private final NDManager manager;
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  /** Batch norms that are part of their convolutions, by name of the norm; null: none is. */
  private final Map<String, Folded> folds;

  /**
   * A convolution and the batch norm behind it as one convolution.
   *
   * @param bias one number per channel
   */
  record Folded(NDArray weight, NDArray bias) {}

  /**
   * Starts an empty set.
   *
   * @param parent whose engine and device to use; the arrays live on a sub-manager of it
   */
  public Weights(NDManager parent) {
    this(parent, false);
  }

  private Weights(NDManager parent, boolean folding) {
    this.manager = parent.newSubManager();
    this.folds = folding ? new ConcurrentHashMap<>() : null;
  }

  /**
   * Returns the array of that name.
   *
   * @throws InputException if there is none
   */
  public NDArray get(String name) {
    NDArray array = arrays.get(name);
    if (array == null) {
      throw InputException.of(
          "array",
          name,
          "the weights",
          "be there, and they have " + String.join(", ", arrays.keySet()),
          "they belong to another backbone");
    }
    return array;
  }

  /** Returns everything, in the order in which it was made. */
  public Map<String, NDArray> all() {
    return Collections.unmodifiableMap(arrays);
  }

  /** Tells whether a name stands for a running statistic rather than a parameter. */
  public static boolean isBuffer(String name) {
    return name.endsWith(".running_mean") || name.endsWith(".running_var");
  }

  /** Tells whether a parameter is a scale or a shift of a batch norm. */
  public boolean isBatchNorm(String name) {
    int dot = name.lastIndexOf('.');
    return dot >= 0 && arrays.containsKey(name.substring(0, dot + 1) + MixBatchNorm.MEAN);
  }

  /**
   * Returns the same weights for one training step: parameters as fresh copies whose gradients are
   * recorded, buffers as they are, so that batch norm updates them in place. These weights
   * themselves never record gradients; so no gradient is left over for the next step, and nothing
   * else that uses them pays for parameter gradients.
   *
   * @param parent lives as long as the step
   */
  public Weights leaves(NDManager parent) {
    Weights step = new Weights(parent);
    arrays.forEach(
        (name, array) -> {
          if (isBuffer(name)) {
            step.arrays.put(name, array);
          } else {
            NDArray leaf = array.duplicate();
            leaf.attach(step.manager);
            leaf.setRequiresGradient(true);
            step.arrays.put(name, leaf);
          }
        });
    return step;
  }

  /**
   * Returns the same weights for passes with running statistics, in which a batch norm is a part of
   * the convolution before it, which is less work. They are those of the first pass and do not
   * follow later changes.
   *
   * @param parent lives as long as the passes go on
   */
  public Weights forEvaluation(NDManager parent) {
    Weights fixed = new Weights(parent, true);
    fixed.arrays.putAll(arrays);
    return fixed;
  }

  /**
   * Returns a convolution with its batch norm, where these weights are for evaluation.
   *
   * @param conv name of the weight of the convolution
   * @param norm name of the batch norm
   * @throws IllegalArgumentException if the route is not one of evaluation
   */
  Optional<Folded> folded(String conv, String norm, Route route) {
    if (folds == null) {
      return Optional.empty();
    }
    Route.Part part = route.parts().get(0);
    if (route.parts().size() > 1 || part.statistics() != Route.Statistics.RUNNING) {
      throw new IllegalArgumentException("Weights for evaluation do not train.");
    }
    return Optional.of(
        folds.computeIfAbsent(part.branch().name(norm, ""), n -> fold(conv, norm, part.branch())));
  }

  private Folded fold(String conv, String norm, Branch branch) {
    try (NDArray variance =
            get(branch.name(norm, MixBatchNorm.VARIANCE)).add(MixBatchNorm.EPSILON);
        NDArray deviation = variance.sqrt();
        NDArray factor = get(branch.name(norm, MixBatchNorm.WEIGHT)).div(deviation);
        NDArray perFilter = factor.reshape(-1, 1, 1, 1);
        NDArray shift = get(branch.name(norm, MixBatchNorm.MEAN)).mul(factor)) {
      NDArray weight = get(conv).mul(perFilter);
      weight.attach(manager);
      NDArray bias = get(branch.name(norm, MixBatchNorm.BIAS)).sub(shift);
      bias.attach(manager);
      return new Folded(weight, bias);
    }
  }

  /** Adds values, or puts them in the place of those of that name. */
  public void put(String name, float[] values, Shape shape) {
    replace(name, manager.create(values, shape));
  }

  private void replace(String name, NDArray array) {
    NDArray earlier = arrays.put(name, array);
    if (earlier != null) {
      earlier.close();
    }
  }

  /** Draws the initial values of a network. */
  public static Weights draw(List<ArraySpec> specs, NDManager parent, CounterRng rng) {
    Weights weights = new Weights(parent);
    for (ArraySpec spec : specs) {
      switch (spec.kind()) {
        case CONSTANT -> weights.fill(spec.name(), spec.shape(), (float) spec.size());
        case NORMAL -> weights.drawNormal(spec.name(), spec.shape(), spec.size(), rng);
        case UNIFORM -> weights.drawUniform(spec.name(), spec.shape(), spec.size(), rng);
      }
    }
    return weights;
  }

  /**
   * Adds auxiliary branches to every batch norm, each a copy of the main one.
   *
   * @param branches how many there are with the main one
   * @param freshStatistics whether their running statistics start at mean 0 and variance 1 instead,
   *     as in the public code of MDProp
   */
  public void addBranches(int branches, boolean freshStatistics) {
    for (String name : List.copyOf(arrays.keySet())) {
      if (!name.endsWith("." + MixBatchNorm.MEAN) || Branch.isAuxiliary(name)) {
        continue;
      }
      String norm = name.substring(0, name.length() - MixBatchNorm.MEAN.length() - 1);
      for (int b = 1; b < branches; b++) {
        Branch branch = Branch.values()[b];
        copy(norm, branch, MixBatchNorm.WEIGHT);
        copy(norm, branch, MixBatchNorm.BIAS);
        Shape shape = arrays.get(name).getShape();
        if (freshStatistics) {
          fill(branch.name(norm, MixBatchNorm.MEAN), shape, 0);
          fill(branch.name(norm, MixBatchNorm.VARIANCE), shape, 1);
        } else {
          copy(norm, branch, MixBatchNorm.MEAN);
          copy(norm, branch, MixBatchNorm.VARIANCE);
        }
      }
    }
  }

  private void copy(String norm, Branch branch, String array) {
    NDArray main = get(Branch.MAIN.name(norm, array));
    put(branch.name(norm, array), main.toFloatArray(), main.getShape());
  }

  /**
   * Returns what is wrong with these weights for a network: names that are missing, then shapes
   * that differ.
   */
  public List<String> problems(List<ArraySpec> specs) {
    List<String> problems = new ArrayList<>();
    for (ArraySpec spec : specs) {
      NDArray array = arrays.get(spec.name());
      if (array == null) {
        problems.add(spec.name() + " is missing");
      } else if (!array.getShape().equals(spec.shape())) {
        problems.add(
            "%s is %s instead of %s".formatted(spec.name(), array.getShape(), spec.shape()));
      }
    }
    return problems;
  }

  /** Adds equal values. */
  public void fill(String name, Shape shape, float value) {
    replace(name, manager.full(shape, value));
  }

  private void drawNormal(String name, Shape shape, double deviation, CounterRng rng) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * rng.nextGaussian());
    }
    put(name, values, shape);
  }

  private void drawUniform(String name, Shape shape, double bound, CounterRng rng) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextDouble(-bound, bound);
    }
    put(name, values, shape);
  }

  @Override
  public void close() {
    manager.close();
  }
}
