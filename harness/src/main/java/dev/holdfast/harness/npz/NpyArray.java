package dev.holdfast.harness.npz;

import java.util.Arrays;

/**
 * An array of a {@code .npz} file. Floating-point arrays are read as float32, integers as int64,
 * texts ({@code <U} and {@code |S}) as texts.
 *
 * @param shape sizes of the axes, slowest first
 * @param floats the values in C order; null for others
 * @param longs the values in C order; null for others
 * @param texts the values in C order; null for numbers
 */
@SuppressWarnings("ArrayRecordComponent")
public record NpyArray(int[] shape, float[] floats, long[] longs, String[] texts) {

  /** Holds numbers. */
  public NpyArray(int[] shape, float[] floats, long[] longs) {
    this(shape, floats, longs, null);
  }

  /** Returns the number of values. */
  public int size() {
    return texts != null ? texts.length : floats != null ? floats.length : longs.length;
  }

  /** Returns the shape as text, such as {@code 400 x 128}. */
  public String describe() {
    return String.join(" x ", Arrays.stream(shape).mapToObj(Integer::toString).toList())
        + (texts != null ? " text" : floats != null ? " float" : " integer");
  }
}
