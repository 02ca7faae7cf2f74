package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * ResNet-20 for images of 32 x 32 pixels: three stages of three blocks with 16, 32 and 64 channels.
 * Where a stage begins, the shortcut takes every second pixel and pads channels with zeros, half of
 * them on each side (option A of the paper), so it has no weights.
 *
 * @param linear whether a linear layer follows the pooling; without it, an embedding has 64
 *     dimensions; default true
 * @param pooling {@code gap} (default) or {@code gap-gmp}
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al., CVPR 2016</a>
 */
@JsonTypeName("resnet-20")
public record ResNet20(Boolean linear, Pooling pooling) implements Backbone {

  private static final int WIDTH = 16;
  private static final int STAGES = 3;
  private static final int BLOCKS = 3;

  /** Puts the defaults in. */
  public ResNet20 {
    linear = linear == null || linear;
    pooling = pooling == null ? Pooling.GAP : pooling;
  }

  @Override
  public String description() {
    return "ResNet-20 for 32 x 32 images: 16, 32 and 64 channels, shortcuts without weights";
  }

  @Override
  public String source() {
    return "He et al., CVPR 2016 (1512.03385)";
  }

  @Override
  public int featureChannels() {
    return WIDTH << (STAGES - 1);
  }

  @Override
  public List<ArraySpec> arrays(int channels, int dimension) {
    if (!linear && dimension != featureChannels()) {
      throw InputException.of(
          "dimension",
          dimension,
          "backbone resnet-20",
          "be " + featureChannels() + " without a linear layer",
          "leave out \"linear: false\"");
    }
    List<ArraySpec> arrays = new ArrayList<>();
    arrays.add(Residual.conv("conv1", WIDTH, channels, 3));
    arrays.addAll(MixBatchNorm.arrays("bn1", WIDTH));
    int in = WIDTH;
    for (int stage = 0; stage < STAGES; stage++) {
      int out = WIDTH << stage;
      for (int b = 0; b < BLOCKS; b++) {
        String name = name(stage, b);
        arrays.add(Residual.conv(name + "conv1", out, in, 3));
        arrays.addAll(MixBatchNorm.arrays(name + "bn1", out));
        arrays.add(Residual.conv(name + "conv2", out, out, 3));
        arrays.addAll(MixBatchNorm.arrays(name + "bn2", out));
        in = out;
      }
    }
    if (linear) {
      arrays.addAll(Residual.linear(dimension, in));
    }
    return arrays;
  }

  private static String name(int stage, int b) {
    return "layer" + (stage + 1) + "." + b + ".";
  }

  @Override
  public NDArray features(Weights weights, NDArray input, Route route) {
    NDArray x = Residual.relu(Residual.convNorm(weights, "conv1", "bn1", input, 1, 1, route));
    for (int stage = 0; stage < STAGES; stage++) {
      for (int b = 0; b < BLOCKS; b++) {
        String name = name(stage, b);
        boolean first = stage > 0 && b == 0;
        int stride = first ? 2 : 1;
        NDArray y = Residual.convNorm(weights, name + "conv1", name + "bn1", x, stride, 1, route);
        y = Residual.relu(y);
        NDArray z = Residual.convNorm(weights, name + "conv2", name + "bn2", y, 1, 1, route);
        y.close();
        x = Residual.join(z, first ? shortcut(x) : x);
      }
    }
    return x;
  }

  /** Halves the resolution and doubles the channels, in the place of {@code x}. */
  private static NDArray shortcut(NDArray x) {
    NDManager manager = x.getManager();
    try (x;
        NDArray halved = x.get(":, :, ::2, ::2")) {
      Shape s = halved.getShape();
      try (NDArray zeros = manager.zeros(new Shape(s.get(0), s.get(1) / 2, s.get(2), s.get(3)))) {
        return NDArrays.concat(new NDList(zeros, halved, zeros), 1);
      }
    }
  }

  @Override
  public NDArray head(Weights weights, NDArray features) {
    NDArray pooled = pooling.apply(features);
    return linear ? Residual.linear(weights, pooled) : pooled;
  }
}
