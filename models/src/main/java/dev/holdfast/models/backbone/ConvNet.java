package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;

/**
 * A small convolutional network for work on a CPU: per stage a 3 x 3 convolution without bias,
 * batch norm and ReLU; every stage but the first halves the resolution by its stride. Global
 * average pooling and one linear layer follow.
 *
 * @param widths channels of the stages; default 32, 64, 96, 128
 */
@JsonTypeName("conv-net")
public record ConvNet(List<Integer> widths) implements Backbone {

  private static final List<Integer> DEFAULT_WIDTHS = List.of(32, 64, 96, 128);
  private static final float EPSILON = 1e-5f;

  /** What DJL calls momentum is 1 - momentum in PyTorch's words. */
  private static final float MOMENTUM = 0.9f;

  /** Puts the default in and checks the widths. */
  public ConvNet {
    widths = widths == null ? DEFAULT_WIDTHS : List.copyOf(widths);
    if (widths.isEmpty() || widths.stream().anyMatch(w -> w < 1)) {
      throw InputException.of(
          "widths", widths, "backbone conv-net", "be positive numbers", "try " + DEFAULT_WIDTHS);
    }
  }

  @Override
  public String description() {
    return "small conv net for CPU work: conv 3x3, batch norm, ReLU per stage";
  }

  @Override
  public String source() {
    return "LeCun et al. 1998; Ioffe and Szegedy 2015 (1502.03167)";
  }

  @Override
  public Weights initialize(NDManager manager, int channels, int dimension, CounterRng rng) {
    Weights weights = new Weights(manager);
    int in = channels;
    for (int i = 0; i < widths.size(); i++) {
      int out = widths.get(i);
      String stage = "stages." + i + ".";
      // He et al. 2015 (1502.01852): keeps the variance through ReLU.
      weights.drawNormal(
          stage + "conv.weight", new Shape(out, in, 3, 3), Math.sqrt(2.0 / (in * 9.0)), rng);
      weights.fill(stage + "bn.weight", new Shape(out), 1);
      weights.fill(stage + "bn.bias", new Shape(out), 0);
      weights.fill(stage + "bn.running_mean", new Shape(out), 0);
      weights.fill(stage + "bn.running_var", new Shape(out), 1);
      in = out;
    }
    weights.drawNormal("fc.weight", new Shape(dimension, in), Math.sqrt(1.0 / in), rng);
    weights.fill("fc.bias", new Shape(dimension), 0);
    return weights;
  }

  @Override
  public NDArray forward(Weights weights, NDArray input, boolean training) {
    NDArray x = input;
    for (int i = 0; i < widths.size(); i++) {
      String stage = "stages." + i + ".";
      Shape stride = i == 0 ? new Shape(1, 1) : new Shape(2, 2);
      x =
          Conv2d.conv2d(x, weights.get(stage + "conv.weight"), null, stride, new Shape(1, 1))
              .singletonOrThrow();
      x =
          BatchNorm.batchNorm(
                  x,
                  weights.get(stage + "bn.running_mean"),
                  weights.get(stage + "bn.running_var"),
                  weights.get(stage + "bn.weight"),
                  weights.get(stage + "bn.bias"),
                  1,
                  MOMENTUM,
                  EPSILON,
                  training)
              .singletonOrThrow();
      x = Activation.relu(x);
    }
    // The engine's mean takes one axis only.
    Shape shape = x.getShape();
    NDArray pooled = x.reshape(shape.get(0), shape.get(1), -1).mean(new int[] {2});
    // Not transpose(): its result would live as long as the weights.
    return Linear.linear(pooled, weights.get("fc.weight"), weights.get("fc.bias"))
        .singletonOrThrow();
  }
}
