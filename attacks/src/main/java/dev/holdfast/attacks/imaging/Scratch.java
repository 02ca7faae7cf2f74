package dev.holdfast.attacks.imaging;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrays for intermediate results, kept for the next image of the same thread. Their content is
 * arbitrary. Whoever takes one gives it back; one that is lost to an exception is garbage, no more.
 */
public final class Scratch {

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private static final int MOST_ARRAYS = 8;

  /** Arrays of larger images are not kept, so that one image cannot fill the heap for ever. */
  private static final int MOST_VALUES = 1 << 20;

  private final List<Object> free = new ArrayList<>();

  private Scratch() {}

  /** Returns an array of at least that length. */
  public static float[] floats(int length) {
    float[] kept = OF_THREAD.get().find(float[].class, length);
    return kept == null ? new float[length] : kept;
  }

  /** Returns an array of at least that length. */
  public static double[] doubles(int length) {
    double[] kept = OF_THREAD.get().find(double[].class, length);
    return kept == null ? new double[length] : kept;
  }

  /** Returns an array of at least that length. */
  public static int[] ints(int length) {
    int[] kept = OF_THREAD.get().find(int[].class, length);
    return kept == null ? new int[length] : kept;
  }

  /** Takes an array back. */
  public static void give(Object array) {
    if (Array.getLength(array) > MOST_VALUES) {
      return;
    }
    List<Object> free = OF_THREAD.get().free;
    if (free.size() == MOST_ARRAYS) {
      free.remove(0);
    }
    free.add(array);
  }

  private <T> T find(Class<T> type, int length) {
    for (int i = free.size() - 1; i >= 0; i--) {
      if (type.isInstance(free.get(i)) && Array.getLength(free.get(i)) >= length) {
        return type.cast(free.remove(i));
      }
    }
    return null;
  }
}
