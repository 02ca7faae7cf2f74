package dev.holdfast.attacks.imaging;

import java.util.Arrays;

/**
 * Arithmetic on whole lines of pixels. The compiler makes vector instructions of a loop only where
 * all arrays are read and written at the same index, so lines that are shifted against each other
 * are copied first: a copy costs a fraction of one multiplication.
 */
final class Lines {

  private Lines() {}

  /** Adds four weighted lines to the sum of lines. */
  static void addFour(float[] sum, float[][] lines, float[] weights, int count) {
    float[] a = lines[0];
    float[] b = lines[1];
    float[] c = lines[2];
    float[] d = lines[3];
    float weightA = weights[0];
    float weightB = weights[1];
    float weightC = weights[2];
    float weightD = weights[3];
    for (int i = 0; i < count; i++) {
      sum[i] += weightA * a[i] + weightB * b[i] + (weightC * c[i] + weightD * d[i]);
    }
  }

  /** Adds a weighted line to the sum of lines. */
  static void add(float[] sum, float[] line, float weight, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weight * line[i];
    }
  }

  /** Adds a weighted line to the sum of lines. */
  static void add(double[] sum, double[] line, double weight, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weight * line[i];
    }
  }

  /** Adds a pair of lines with one weight, and then another pair with another. */
  static void addPairs(
      double[] sum,
      double[] a1,
      double[] a2,
      double weightA,
      double[] b1,
      double[] b2,
      double weightB,
      int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = sum[i] + weightA * (a1[i] + a2[i]) + weightB * (b1[i] + b2[i]);
    }
  }

  /** Adds a pair of lines with one weight. */
  static void addPair(double[] sum, double[] a1, double[] a2, double weight, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weight * (a1[i] + a2[i]);
    }
  }

  /** Adds a pair of lines with one weight, and another pair with another. */
  static void addPairs(
      float[] sum,
      float[] a1,
      float[] a2,
      float weightA,
      float[] b1,
      float[] b2,
      float weightB,
      int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weightA * (a1[i] + a2[i]) + weightB * (b1[i] + b2[i]);
    }
  }

  /** Sets a line to another one times a weight. */
  static void set(double[] line, double[] in, double weight, int count) {
    for (int i = 0; i < count; i++) {
      line[i] = weight * in[i];
    }
  }

  /** Sets a line to the sum of two. */
  static void set(float[] line, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      line[i] = a[i] + b[i];
    }
  }

  /** Brings the beginning of an array into [0, 1]. */
  static void clip(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = Math.max(0, Math.min(1, values[i]));
    }
  }

  /** Copies a line into the middle of another, whose ends get the values at its own ends. */
  static void padNearest(float[] in, int from, int count, float[] padded, int to, int margin) {
    Arrays.fill(padded, to, to + margin, in[from]);
    System.arraycopy(in, from, padded, to + margin, count);
    Arrays.fill(padded, to + margin + count, to + 2 * margin + count, in[from + count - 1]);
  }
}
