package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * ResNet-50 with the topology and the names of torchvision: bottleneck blocks, the stride in the 3
 * x 3 convolution.
 *
 * @param width channels of the stem; default 64
 * @param pooling {@code gap} (default) or {@code gap-gmp}
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al., CVPR 2016</a>
 */
@JsonTypeName("resnet-50")
public record ResNet50(Integer width, Pooling pooling) implements Backbone {

  private static final int USUAL_WIDTH = 64;

  /** Puts the defaults in and checks the width. */
  public ResNet50 {
    width = Residual.width(width, USUAL_WIDTH, "backbone resnet-50");
    pooling = pooling == null ? Pooling.GAP : pooling;
  }

  private Residual network() {
    return new Residual(List.of(3, 4, 6, 3), width, true);
  }

  @Override
  public String description() {
    return "torchvision's ResNet-50: bottleneck blocks, the stride in the 3 x 3 convolution";
  }

  @Override
  public String source() {
    return "He et al., CVPR 2016 (1512.03385)";
  }

  @Override
  public List<ArraySpec> arrays(int channels, int dimension) {
    return network().arrays(channels, dimension);
  }

  @Override
  public int featureChannels() {
    return network().featureChannels();
  }

  @Override
  public NDArray features(Weights weights, NDArray input, Route route) {
    return network().features(weights, input, route);
  }

  @Override
  public NDArray head(Weights weights, NDArray features) {
    return Residual.linear(weights, pooling.apply(features));
  }
}
