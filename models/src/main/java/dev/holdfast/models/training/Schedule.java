package dev.holdfast.models.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the learning rate goes on after the warm-up. */
public enum Schedule {
  /** Stays. */
  @JsonProperty("constant")
  CONSTANT {
    @Override
    double factor(double part) {
      return 1;
    }
  },
  /**
   * Falls to 0 along half a cosine.
   *
   * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, ICLR 2017</a>
   */
  @JsonProperty("cosine")
  COSINE {
    @Override
    double factor(double part) {
      return (1 + StrictMath.cos(Math.PI * part)) / 2;
    }
  };

  /**
   * @param part of the way behind the warm-up, in [0,1)
   */
  abstract double factor(double part);
}
