package dev.holdfast.models.backbone;

import ai.djl.ndarray.types.Shape;

/**
 * An array of a network before it has values.
 *
 * @param name such as {@code layer1.0.conv1.weight}
 * @param shape as PyTorch has it
 * @param kind how initial values are drawn
 * @param size the constant, the standard deviation or the bound
 */
public record ArraySpec(String name, Shape shape, Kind kind, double size) {

  /** How values are drawn. */
  public enum Kind {
    /** All equal. */
    CONSTANT,
    /** Normal with mean 0. */
    NORMAL,
    /** Uniform around 0. */
    UNIFORM
  }

  static ArraySpec constant(String name, double value, long... shape) {
    return new ArraySpec(name, new Shape(shape), Kind.CONSTANT, value);
  }

  static ArraySpec normal(String name, double deviation, long... shape) {
    return new ArraySpec(name, new Shape(shape), Kind.NORMAL, deviation);
  }

  static ArraySpec uniform(String name, double bound, long... shape) {
    return new ArraySpec(name, new Shape(shape), Kind.UNIFORM, bound);
  }
}
