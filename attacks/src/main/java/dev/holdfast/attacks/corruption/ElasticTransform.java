package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.Bilinear;
import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.GaussianFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;

/**
 * Stretches the image: first by a random affine map as a whole, then by a smooth random field from
 * pixel to pixel. The published lengths for 224 px are multiples of 244, not of 224.
 */
public record ElasticTransform() implements Corruption {

  private static final double REACH = 3;

  private static final int LENGTH = 0;
  private static final int DEVIATION = 1;
  private static final int AFFINE = 2;

  /** The affine map is given by three points with two coordinates each. */
  private static final int COORDINATES = 6;

  /** OpenCV's warp rounds where a pixel comes from to this part of a pixel, on the way to... */
  private static final int PARTS = 32;

  /** ...which it rounds the terms of the sum to this part. */
  private static final int FINE = 1024;

  /** Length and smoothness of the field, and reach of the affine map's points, all in pixels. */
  private static final SeverityTable ELASTIC =
      new SeverityTable(
          new double[][] {
            {0, 0, 2.56}, {1.6, 6.4, 2.24}, {2.56, 1.92, 1.92}, {3.2, 1.28, 1.6}, {3.2, .96, .96}
          },
          new double[][] {
            {0, 0, 5.12},
            {3.2, 19.2, 3.84},
            {6.4, 5.12, 3.84},
            {6.4, 1.92, 1.92},
            {10.24, 1.92, 1.28}
          },
          new double[][] {
            {488, 170.8, 24.4},
            {488, 19.52, 48.8},
            {12.2, 2.44, 4.88},
            {17.08, 2.44, 4.88},
            {29.28, 2.44, 4.88}
          });

  @Override
  public String id() {
    return "elastic-transform";
  }

  @Override
  public Family family() {
    return Family.DIGITAL;
  }

  @Override
  public String description() {
    return "Stretches the image as a whole and from pixel to pixel.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] elastic = ELASTIC.row(severity, dialect, this);
    int area = clean.requireRgb().area();
    double[] offsets = new double[COORDINATES];
    for (int i = 0; i < COORDINATES; i++) {
      offsets[i] = rng.nextDouble(-elastic[AFFINE], elastic[AFFINE]);
    }
    double[] dx = Scratch.doubles(area);
    double[] dy = Scratch.doubles(area);
    if (elastic[LENGTH] > 0) {
      for (int i = 0; i < area; i++) {
        long bits = rng.nextLong();
        dx[i] = (int) bits * 0x1.0p-31;
        dy[i] = (int) (bits >> 32) * 0x1.0p-31;
      }
    }
    PixelImage stretched = stretch(clean, severity, dialect, offsets, dx, dy);
    Scratch.give(dy);
    Scratch.give(dx);
    return stretched;
  }

  /**
   * Stretches with given random numbers.
   *
   * @param offsets how far the three points move: column and row of each
   * @param dx one number in [-1, 1) for every pixel; overwritten
   * @param dy the same for rows; overwritten
   */
  PixelImage stretch(
      PixelImage clean, int severity, Dialect dialect, double[] offsets, double[] dx, double[] dy) {
    double[] elastic = ELASTIC.row(severity, dialect, this);
    int height = clean.height();
    int width = clean.width();
    float[] warped = Scratch.floats(clean.values().length);
    warp(clean, inverse(offsets, height, width), warped);
    float[] out;
    if (elastic[LENGTH] == 0) {
      out = Arrays.copyOf(warped, clean.values().length);
    } else {
      GaussianFilter filter = new GaussianFilter(elastic[DEVIATION], REACH, Border.REFLECT);
      filter.smooth(dx, height, width);
      filter.smooth(dy, height, width);
      out = displace(warped, height, width, dx, dy, elastic[LENGTH]);
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i]);
    }
    Scratch.give(warped);
    return PixelImage.rgb(height, width, out);
  }

  /**
   * Returns the affine map from a pixel of the result to where it comes from: the inverse of the
   * one that carries three points about the center to where their offsets say.
   */
  private static double[] inverse(double[] offsets, int height, int width) {
    int square = Math.min(height, width) / 3;
    int centerX = width / 2;
    int centerY = height / 2;
    double[] x = {centerX + square, centerX + square, centerX - square};
    double[] y = {centerY + square, centerY - square, centerY - square};
    double[] toX = new double[3];
    double[] toY = new double[3];
    for (int i = 0; i < 3; i++) {
      // Points are kept in float.
      toX[i] = (float) x[i] + (float) offsets[2 * i];
      toY[i] = (float) y[i] + (float) offsets[2 * i + 1];
      toX[i] = (float) toX[i];
      toY[i] = (float) toY[i];
    }
    double[] affine = affine(toX, toY, x, y);
    boolean usable = true;
    for (double a : affine) {
      usable &= Double.isFinite(a);
    }
    // Three points that meet in one have no inverse; a tiny image stays as it is.
    return usable ? affine : new double[] {1, 0, 0, 0, 1, 0};
  }

  /** Returns a, b, c, d, e, f with u = a x + b y + c and v = d x + e y + f at three points. */
  private static double[] affine(double[] x, double[] y, double[] u, double[] v) {
    double x1 = x[1] - x[0];
    double x2 = x[2] - x[0];
    double y1 = y[1] - y[0];
    double y2 = y[2] - y[0];
    double determinant = x1 * y2 - x2 * y1;
    double a = ((u[1] - u[0]) * y2 - (u[2] - u[0]) * y1) / determinant;
    double b = ((u[2] - u[0]) * x1 - (u[1] - u[0]) * x2) / determinant;
    double d = ((v[1] - v[0]) * y2 - (v[2] - v[0]) * y1) / determinant;
    double e = ((v[2] - v[0]) * x1 - (v[1] - v[0]) * x2) / determinant;
    return new double[] {a, b, u[0] - a * x[0] - b * y[0], d, e, v[0] - d * x[0] - e * y[0]};
  }

  /** Fills an array with the planes as the affine map fetches them, to a 32nd of a pixel. */
  private static void warp(PixelImage image, double[] map, float[] out) {
    int height = image.height();
    int width = image.width();
    int area = image.area();
    Bilinear source = new Bilinear(image.values(), height, width, Border.MIRROR);
    for (int y = 0; y < height; y++) {
      long startX = Math.round((map[1] * y + map[2]) * FINE) + FINE / PARTS / 2;
      long startY = Math.round((map[4] * y + map[5]) * FINE) + FINE / PARTS / 2;
      for (int x = 0; x < width; x++) {
        long partX = (startX + Math.round(map[0] * x * FINE)) >> 5;
        long partY = (startY + Math.round(map[3] * x * FINE)) >> 5;
        int wholeX = (int) (partX >> 5);
        int wholeY = (int) (partY >> 5);
        float shareX = (partX & (PARTS - 1)) / (float) PARTS;
        float shareY = (partY & (PARTS - 1)) / (float) PARTS;
        source.at(wholeY, shareY, wholeX, shareX, out, y * width + x, area);
      }
    }
  }

  private static float[] displace(
      float[] in, int height, int width, double[] dx, double[] dy, double length) {
    int area = height * width;
    float[] out = new float[3 * area];
    Bilinear source = new Bilinear(in, height, width, Border.REFLECT);
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++, to++) {
        double moveX = dx[to] * length;
        double moveY = dy[to] * length;
        int wholeX = (int) Math.floor(moveX);
        int wholeY = (int) Math.floor(moveY);
        float shareX = (float) (moveX - wholeX);
        float shareY = (float) (moveY - wholeY);
        source.at(y + wholeY, shareY, x + wholeX, shareX, out, to, area);
      }
    }
    return out;
  }
}
