package dev.holdfast.harness.npz;

import java.util.Arrays;

/**
 * An array of a {@code .npz} file. Floating-point arrays are read as float32, integers as int64.
 *
 * @param shape sizes of the axes, slowest first
 * @param floats the values in C order; null for integers
 * @param longs the values in C order; null for floating-point numbers
 */
@SuppressWarnings("ArrayRecordComponent")
public record NpyArray(int[] shape, float[] floats, long[] longs) {

  /** Returns the number of values. */
  public int size() {
    return floats != null ? floats.length : longs.length;
  }

  /** Returns the shape as text, such as {@code 400 x 128}. */
  public String describe() {
    return String.join(" x ", Arrays.stream(shape).mapToObj(Integer::toString).toList())
        + (floats != null ? " float" : " integer");
  }
}
