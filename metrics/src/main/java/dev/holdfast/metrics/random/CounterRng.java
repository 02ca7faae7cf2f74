package dev.holdfast.metrics.random;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A counter-based random number generator: the n-th number of a stream is a pure function of the
 * stream's key and n. Streams are named by (run seed, purpose, item id), so what an item gets does
 * not depend on batch size, order, threads or resume.
 *
 * <p>The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014). Instances are not thread-safe.
 */
public final class CounterRng {

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final double UNIT = 0x1.0p-53;

  private final long key;
  private long counter;

  private CounterRng(long key) {
    this.key = key;
  }

  /**
   * Returns the stream for one purpose and one item.
   *
   * @param seed the seed of the run
   * @param purpose what the numbers are for, such as a cell id
   * @param item the id of the item, or any number that tells streams of one purpose apart
   */
  public static CounterRng of(long seed, String purpose, long item) {
    return new CounterRng(mix(mix(mix(seed + GOLDEN) ^ hash(purpose)) ^ mix(item + GOLDEN)));
  }

  /** Returns a 64-bit hash of a text: FNV-1a over UTF-8, then mixed. Stable for ever. */
  public static long hash(String text) {
    long h = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    return mix(h);
  }

  /**
   * Returns the order key of an item under a seed: sorting by it (unsigned) is a seeded shuffle.
   */
  public static long order(long seed, long item) {
    return mix(mix(mix(seed + GOLDEN)) ^ mix(item + GOLDEN));
  }

  /** Returns 64 random bits. */
  public long nextLong() {
    return mix(key + GOLDEN * ++counter);
  }

  /**
   * Fills the beginning of an array with what as many calls of {@link #nextLong} would give,
   * faster.
   *
   * @throws IndexOutOfBoundsException if the array is shorter than {@code count}
   */
  public void nextLongs(long[] out, int count) {
    Objects.checkFromIndexSize(0, count, out.length);
    long first = key + GOLDEN * (counter + 1);
    for (int i = 0; i < count; i++) {
      out[i] = mix(first + GOLDEN * i);
    }
    counter += count;
  }

  /** Returns a number in [0, 1) with 53 random bits. */
  public double nextDouble() {
    return toDouble(nextLong());
  }

  /** Returns the number in [0, 1) that {@link #nextDouble} makes of 64 random bits. */
  public static double toDouble(long bits) {
    return (bits >>> 11) * UNIT;
  }

  /** Returns a number in [low, high). */
  public double nextDouble(double low, double high) {
    return low + (high - low) * nextDouble();
  }

  /**
   * Returns an integer in [0, bound).
   *
   * @throws IllegalArgumentException if {@code bound} is not positive
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("The bound (" + bound + ") must be positive.");
    }
    return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
  }

  /** Returns a standard normal number (Box-Muller; two uniform numbers each, none kept). */
  public double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /** Shuffles an array in place (Fisher-Yates). */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
