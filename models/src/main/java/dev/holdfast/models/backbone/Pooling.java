package dev.holdfast.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;

/** How a feature map becomes one vector per image. */
public enum Pooling {
  /** The mean over places. */
  @JsonProperty("gap")
  GAP {
    @Override
    NDArray pool(NDArray flat) {
      return flat.mean(new int[] {2});
    }
  },
  /** The mean plus the maximum over places. */
  @JsonProperty("gap-gmp")
  GAP_GMP {
    @Override
    NDArray pool(NDArray flat) {
      return flat.mean(new int[] {2}).add(flat.max(new int[] {2}));
    }
  };

  /** Pools N x C x P to N x C. */
  abstract NDArray pool(NDArray flat);

  /** Pools N x C x H x W to N x C. */
  NDArray apply(NDArray features) {
    // The engine's mean takes one axis only.
    Shape shape = features.getShape();
    return pool(features.reshape(shape.get(0), shape.get(1), -1));
  }
}
