package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import dev.holdfast.metrics.error.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Residual networks with the topology and the names of torchvision: four stages of blocks behind a
 * stem of stride 4; in the bottleneck the stride is in the 3 x 3 convolution.
 *
 * <p>Arrays between layers are closed as soon as they are used, so that their memory, still in the
 * cache, serves the next ones; the engine keeps those that gradients need.
 *
 * @param blocks per stage
 * @param width channels of the stem
 * @param bottleneck whether blocks are 1 x 1, 3 x 3, 1 x 1 with fourfold output
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al., CVPR 2016</a>
 */
record Residual(List<Integer> blocks, int width, boolean bottleneck) {

  private static final int EXPANSION = 4;

  /** The weights of the last stage, eight times as wide, fit into an array. */
  private static final int WIDEST = 1024;

  private int out(int stage) {
    return (width << stage) * (bottleneck ? EXPANSION : 1);
  }

  int featureChannels() {
    return out(blocks.size() - 1);
  }

  /** Checks a width that a user gave. */
  static int width(Integer width, int usual, String owner) {
    int w = width == null ? usual : width;
    if (w < 1 || w > WIDEST) {
      throw InputException.of(
          "width", w, owner, "be in 1 to " + WIDEST, "leave it out for " + usual);
    }
    return w;
  }

  List<ArraySpec> arrays(int channels, int dimension) {
    List<ArraySpec> arrays = new ArrayList<>();
    arrays.add(conv("conv1", width, channels, 7));
    arrays.addAll(MixBatchNorm.arrays("bn1", width));
    int in = width;
    for (int stage = 0; stage < blocks.size(); stage++) {
      int inner = width << stage;
      for (int b = 0; b < blocks.get(stage); b++) {
        String name = block(stage, b);
        int[] kernels = bottleneck ? new int[] {1, 3, 1} : new int[] {3, 3};
        int from = in;
        for (int i = 0; i < kernels.length; i++) {
          int to = i == kernels.length - 1 ? out(stage) : inner;
          arrays.add(conv(name + "conv" + (i + 1), to, from, kernels[i]));
          arrays.addAll(MixBatchNorm.arrays(name + "bn" + (i + 1), to));
          from = to;
        }
        if (stride(stage, b) != 1 || in != out(stage)) {
          arrays.add(conv(name + "downsample.0", out(stage), in, 1));
          arrays.addAll(MixBatchNorm.arrays(name + "downsample.1", out(stage)));
        }
        in = out(stage);
      }
    }
    arrays.addAll(linear(dimension, in));
    return arrays;
  }

  /** A convolution whose outputs keep the variance of its inputs backwards, as torchvision's. */
  static ArraySpec conv(String name, int out, int in, int kernel) {
    double fanOut = (double) out * kernel * kernel;
    return ArraySpec.normal(name + ".weight", Math.sqrt(2 / fanOut), out, in, kernel, kernel);
  }

  /** The last layer, drawn as PyTorch does. */
  static List<ArraySpec> linear(int out, int in) {
    double bound = 1 / Math.sqrt(in);
    return List.of(
        ArraySpec.uniform(Backbone.HEAD + "weight", bound, out, in),
        ArraySpec.uniform(Backbone.HEAD + "bias", bound, out));
  }

  /** Applies the last layer to pooled features. */
  static NDArray linear(Weights weights, NDArray pooled) {
    // Not transpose(): its result would live as long as the weights.
    return Linear.linear(
            pooled, weights.get(Backbone.HEAD + "weight"), weights.get(Backbone.HEAD + "bias"))
        .singletonOrThrow();
  }

  private static String block(int stage, int b) {
    return "layer" + (stage + 1) + "." + b + ".";
  }

  private static int stride(int stage, int b) {
    return stage > 0 && b == 0 ? 2 : 1;
  }

  NDArray features(Weights weights, NDArray input, Route route) {
    NDArray stem = relu(convNorm(weights, "conv1", "bn1", input, 2, 3, route));
    NDArray x = Pool.maxPool2d(stem, new Shape(3, 3), new Shape(2, 2), new Shape(1, 1), false);
    stem.close();
    int in = width;
    for (int stage = 0; stage < blocks.size(); stage++) {
      for (int b = 0; b < blocks.get(stage); b++) {
        x = block(weights, x, route, stage, b, in);
        in = out(stage);
      }
    }
    return x;
  }

  private NDArray block(Weights weights, NDArray x, Route route, int stage, int b, int in) {
    String name = block(stage, b);
    int stride = stride(stage, b);
    int convs = bottleneck ? 3 : 2;
    int strided = bottleneck ? 2 : 1;
    NDArray y = x;
    for (int i = 1; i <= convs; i++) {
      int padding = bottleneck && i != 2 ? 0 : 1;
      NDArray z =
          convNorm(
              weights,
              name + "conv" + i,
              name + "bn" + i,
              y,
              i == strided ? stride : 1,
              padding,
              route);
      if (i > 1) {
        y.close();
      }
      y = i < convs ? relu(z) : z;
    }
    NDArray shortcut = x;
    if (stride != 1 || in != out(stage)) {
      String down = name + "downsample.";
      shortcut = convNorm(weights, down + "0", down + "1", x, stride, 0, route);
      x.close();
    }
    return join(y, shortcut);
  }

  /** Applies a convolution without bias and its batch norm. */
  static NDArray convNorm(
      Weights weights, String conv, String norm, NDArray x, int stride, int padding, Route route) {
    Optional<Weights.Folded> folded = weights.folded(conv + ".weight", norm, route);
    if (folded.isPresent()) {
      return conv(x, folded.get().weight(), folded.get().bias(), stride, padding);
    }
    try (NDArray y = conv(x, weights.get(conv + ".weight"), null, stride, padding)) {
      return MixBatchNorm.apply(weights, norm, y, route);
    }
  }

  /** Returns what is positive, in the place of everything. */
  static NDArray relu(NDArray x) {
    NDArray y = Activation.relu(x);
    x.close();
    return y;
  }

  /** Returns what is positive in the sum of both ways through a block, in their place. */
  static NDArray join(NDArray y, NDArray shortcut) {
    y.addi(shortcut);
    shortcut.close();
    return relu(y);
  }

  private static NDArray conv(NDArray x, NDArray weight, NDArray bias, int stride, int padding) {
    return Conv2d.conv2d(x, weight, bias, new Shape(stride, stride), new Shape(padding, padding))
        .singletonOrThrow();
  }
}
