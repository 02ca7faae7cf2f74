package dev.holdfast.attacks.embedding;

import dev.holdfast.metrics.Vectors;
import java.util.Arrays;

/**
 * Quadratic program for the point nearest to the origin in an intersection of half spaces {@code {w
 * : a_i . w >= c_i}}.
 *
 * <p>The dual active-set method of Goldfarb and Idnani ("A numerically stable dual method for
 * solving strictly convex quadratic programs", Mathematical Programming 27, 1983) for {@code min
 * |w|^2 / 2}: it starts at the origin and takes in the most violated half space at a time, so that
 * the length of every point on its way is a lower bound of the result.
 */
final class NearestPointQp {

  /** Of a normal that the active ones leave over; below, it depends on them. */
  private static final double DEPENDENT = 1e-9;

  /** Rounding of slacks, in parts of the distance to the interior point. */
  private static final double ROUNDING = 1e-12;

  private static final int ROUNDS_PER_HALF_SPACE = 50;

  private final double[][] normals;
  private final double[] offsets;
  private final double[] lengths;
  private final double[] inside;
  private final int dimension;

  // The active half spaces: their multipliers, and the factors Q (in rows) and R of their normals.
  private final int[] active;
  private final double[] multipliers;
  private final double[][] q;
  private final double[][] r;
  private int count;

  /**
   * @param lower no point is nearer than this, by the dual solution
   * @param upper how far {@code point} is away
   * @param point in every half space, up to rounding; null where the search was cut off
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Nearest(double lower, double upper, double[] point) {}

  /**
   * @param normals a_i
   * @param offsets c_i
   * @param inside a point in all half spaces
   */
  NearestPointQp(double[][] normals, double[] offsets, double[] inside) {
    this.normals = normals;
    this.offsets = offsets;
    this.inside = inside;
    this.dimension = inside.length;
    this.lengths = Arrays.stream(normals).mapToDouble(a -> Math.sqrt(Vectors.dot(a, a))).toArray();
    int most = Math.min(dimension, normals.length);
    this.active = new int[most];
    this.multipliers = new double[most + 1];
    this.q = new double[most][];
    this.r = new double[most][];
  }

  /**
   * Returns the point nearest to the origin.
   *
   * @param cutoff the search ends once the result is known to be at least that
   */
  Nearest nearest(double cutoff) {
    double[] w = new double[dimension];
    double tolerance = ROUNDING * Math.sqrt(Vectors.dot(inside, inside));
    int rounds = ROUNDS_PER_HALF_SPACE * (normals.length + 1);
    for (int round = 0; round < rounds; round++) {
      double length = Math.sqrt(Vectors.dot(w, w));
      if (length >= cutoff) {
        return new Nearest(length, Double.POSITIVE_INFINITY, null);
      }
      int worst = mostViolated(w, tolerance);
      if (worst < 0 || !takeIn(worst, w)) {
        break;
      }
    }
    return certified(w);
  }

  private int mostViolated(double[] w, double tolerance) {
    int worst = -1;
    double least = -tolerance;
    for (int i = 0; i < normals.length; i++) {
      if (lengths[i] > 0) {
        double slack = slack(i, w) / lengths[i];
        if (slack < least) {
          least = slack;
          worst = i;
        }
      }
    }
    return worst;
  }

  private double slack(int i, double[] w) {
    return Vectors.dot(normals[i], w) - offsets[i];
  }

  /**
   * Moves {@code w} into a half space, keeping it the nearest point of the active ones.
   *
   * @return false where rounding leaves no way
   */
  private boolean takeIn(int half, double[] w) {
    double multiplier = 0;
    while (true) {
      double[] rest = normals[half].clone();
      double[] shares = orthogonalize(rest, count);
      double[] back = solve(shares);
      double free = Vectors.dot(rest, rest);
      boolean dependent = Math.sqrt(free) <= DEPENDENT * lengths[half] || count == dimension;
      int blocking = -1;
      double dual = Double.POSITIVE_INFINITY;
      for (int j = 0; j < count; j++) {
        if (back[j] > 0 && multipliers[j] / back[j] < dual) {
          dual = multipliers[j] / back[j];
          blocking = j;
        }
      }
      double primal = dependent ? Double.POSITIVE_INFINITY : Math.max(0, -slack(half, w) / free);
      double step = Math.min(dual, primal);
      if (step == Double.POSITIVE_INFINITY) {
        return false;
      }
      for (int j = 0; j < count; j++) {
        multipliers[j] = Math.max(0, multipliers[j] - step * back[j]);
      }
      multiplier += step;
      if (!dependent) {
        for (int d = 0; d < dimension; d++) {
          w[d] += step * rest[d];
        }
      }
      if (primal <= dual) {
        append(half, rest, shares, Math.sqrt(free), multiplier);
        return true;
      }
      drop(blocking);
    }
  }

  /**
   * Takes the directions of the first active normals out of a vector, twice against rounding.
   *
   * @return how much of each was in it
   */
  private double[] orthogonalize(double[] vector, int first) {
    double[] shares = new double[first];
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < first; j++) {
        double share = Vectors.dot(q[j], vector);
        shares[j] += share;
        for (int d = 0; d < dimension; d++) {
          vector[d] -= share * q[j][d];
        }
      }
    }
    return shares;
  }

  /** Solves R x = shares. */
  private double[] solve(double[] shares) {
    double[] x = shares.clone();
    for (int j = count - 1; j >= 0; j--) {
      x[j] /= r[j][j];
      for (int i = 0; i < j; i++) {
        x[i] -= r[j][i] * x[j];
      }
    }
    return x;
  }

  private void append(int half, double[] rest, double[] shares, double length, double multiplier) {
    for (int d = 0; d < dimension; d++) {
      rest[d] /= length;
    }
    active[count] = half;
    multipliers[count] = multiplier;
    q[count] = rest;
    r[count] = Arrays.copyOf(shares, count + 1);
    r[count][count] = length;
    count++;
  }

  /** Lets one half space go, and factors the normals behind it anew. */
  private void drop(int position) {
    int last = count;
    count = position;
    for (int j = position + 1; j < last; j++) {
      double[] rest = normals[active[j]].clone();
      double[] shares = orthogonalize(rest, count);
      append(active[j], rest, shares, Math.sqrt(Vectors.dot(rest, rest)), multipliers[j]);
    }
  }

  /** Any multipliers that are not negative prove a lower bound, and any point inside an upper. */
  private Nearest certified(double[] w) {
    double[] combined = new double[dimension];
    double value = 0;
    for (int j = 0; j < count; j++) {
      for (int d = 0; d < dimension; d++) {
        combined[d] += multipliers[j] * normals[active[j]][d];
      }
      value += multipliers[j] * offsets[active[j]];
    }
    double squared = 2 * value - Vectors.dot(combined, combined);
    double share = 0;
    for (int i = 0; i < normals.length; i++) {
      double slack = slack(i, w);
      if (slack < 0) {
        double there = Math.max(0, slack(i, inside));
        share = Math.max(share, slack / (slack - there));
      }
    }
    double[] point = new double[dimension];
    for (int d = 0; d < dimension; d++) {
      point[d] = w[d] + share * (inside[d] - w[d]);
    }
    return new Nearest(
        Math.sqrt(Math.max(0, squared)), Math.sqrt(Vectors.dot(point, point)), point);
  }
}
