package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import java.util.ArrayList;
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

  /** The weights between two such stages fit into an array. */
  private static final int WIDEST = 8192;

  /** Puts the default in and checks the widths. */
  public ConvNet {
    widths = widths == null ? DEFAULT_WIDTHS : List.copyOf(widths);
    if (widths.isEmpty() || widths.stream().anyMatch(w -> w < 1 || w > WIDEST)) {
      throw InputException.of(
          "widths", widths, "backbone conv-net", "be in 1 to " + WIDEST, "try " + DEFAULT_WIDTHS);
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
  public List<ArraySpec> arrays(int channels, int dimension) {
    List<ArraySpec> arrays = new ArrayList<>();
    int in = channels;
    for (int i = 0; i < widths.size(); i++) {
      int out = widths.get(i);
      String stage = "stages." + i + ".";
      // He et al. 2015 (1502.01852): keeps the variance through ReLU.
      arrays.add(
          ArraySpec.normal(stage + "conv.weight", Math.sqrt(2.0 / (in * 9.0)), out, in, 3, 3));
      arrays.addAll(MixBatchNorm.arrays(stage + "bn", out));
      in = out;
    }
    arrays.add(ArraySpec.normal(HEAD + "weight", Math.sqrt(1.0 / in), dimension, in));
    arrays.add(ArraySpec.constant(HEAD + "bias", 0, dimension));
    return arrays;
  }

  @Override
  public int featureChannels() {
    return widths.get(widths.size() - 1);
  }

  @Override
  public NDArray features(Weights weights, NDArray input, Route route) {
    NDArray x = input;
    for (int i = 0; i < widths.size(); i++) {
      String stage = "stages." + i + ".";
      int stride = i == 0 ? 1 : 2;
      NDArray y = Residual.convNorm(weights, stage + "conv", stage + "bn", x, stride, 1, route);
      if (i > 0) {
        x.close();
      }
      x = Residual.relu(y);
    }
    return x;
  }

  @Override
  public NDArray head(Weights weights, NDArray features) {
    return Residual.linear(weights, Pooling.GAP.apply(features));
  }
}
