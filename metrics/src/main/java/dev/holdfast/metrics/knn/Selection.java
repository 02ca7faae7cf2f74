package dev.holdfast.metrics.knn;

/** Finds small numbers without sorting. */
final class Selection {

  private static final int FEW = 16;

  private Selection() {}

  /**
   * Reorders {@code values[0, size)} so that the {@code count} smallest come first, and returns the
   * largest of those.
   *
   * @param count from 1 to size
   */
  static long smallest(long[] values, int size, int count) {
    int low = 0;
    int high = size - 1;
    int target = count - 1;
    while (high - low >= FEW) {
      long pivot = median(values[low], values[(low + high) >>> 1], values[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (target <= j) {
        high = j;
      } else if (target >= i) {
        low = i;
      } else {
        return values[target];
      }
    }
    for (int i = low + 1; i <= high; i++) {
      long value = values[i];
      int j = i;
      for (; j > low && values[j - 1] > value; j--) {
        values[j] = values[j - 1];
      }
      values[j] = value;
    }
    return values[target];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /** Returns a number that is ordered as the doubles are; 0 and -0 are not told apart. */
  static long ordered(double value) {
    long bits = Double.doubleToRawLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** Returns a number that is ordered as float32 numbers are, and back; -0 comes before 0. */
  static int ordered(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /** Returns the double of which {@link #ordered} made this number. */
  static double value(long ordered) {
    return Double.longBitsToDouble(ordered ^ ((ordered >> 63) & Long.MAX_VALUE));
  }
}
