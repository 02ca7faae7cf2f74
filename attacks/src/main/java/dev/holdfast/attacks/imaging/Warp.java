package dev.holdfast.attacks.imaging;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

/**
 * Moves the points of an image by a projective map. Colors between pixels are linear; beyond its
 * border the image goes on mirrored, so that no map brings in a color that the image does not have.
 */
public final class Warp {

  /** Nine numbers, row by row: the map, in homogeneous coordinates. */
  private static final int SIZE = 9;

  /** What is further away than this many sides is a point at infinity; the mirror has no end. */
  private static final double FARTHEST = 64;

  private Warp() {}

  /** Returns the map (x, y) to (a x + b y + c, d x + e y + f). */
  public static double[] affine(double a, double b, double c, double d, double e, double f) {
    return new double[] {a, b, c, d, e, f, 0, 0, 1};
  }

  /** Returns the map that turns the result by an angle, clockwise in the picture. */
  public static double[] rotation(double degrees) {
    double radians = StrictMath.toRadians(degrees);
    double cosine = StrictMath.cos(radians);
    double sine = StrictMath.sin(radians);
    return affine(cosine, sine, 0, -sine, cosine, 0);
  }

  /**
   * Returns the map under which the image looks like a flat print that is turned away, about an
   * axis in its plane through its center.
   *
   * @param away by how much, in degrees below 45
   * @param axis direction of the axis, in degrees
   * @param distance from the eye to the center of the print, in pixels
   */
  public static double[] tilt(double away, double axis, double distance) {
    double radians = StrictMath.toRadians(away);
    double cosine = StrictMath.cos(radians);
    double sine = StrictMath.sin(radians);
    double along = StrictMath.cos(StrictMath.toRadians(axis));
    double across = StrictMath.sin(StrictMath.toRadians(axis));
    // In the frame of axis and normal a point (s, t) of the print is seen at
    // distance / (distance + t sine) * (s, t cosine); this is the inverse.
    double[] toFrame = affine(along, across, 0, -across, along, 0);
    double[] fromFrame = affine(along, -across, 0, across, along, 0);
    double[] inFrame = {
      distance * cosine, 0, 0, 0, distance, 0, 0, -sine, distance * cosine,
    };
    return times(fromFrame, times(inFrame, toFrame));
  }

  private static double[] times(double[] a, double[] b) {
    double[] product = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int k = 0; k < 3; k++) {
        product[i] += a[i / 3 * 3 + k] * b[3 * k + i % 3];
      }
    }
    return product;
  }

  /**
   * Fetches every pixel from where the map says.
   *
   * @param map from a point of the result to the point of the image that is seen there, both in
   *     pixels from the center
   * @param samples points per pixel and axis: 1, or more where the image shrinks, so that fine
   *     detail is averaged and does not flicker
   */
  public static PixelImage apply(PixelImage image, double[] map, int samples) {
    int height = image.height();
    int width = image.width();
    int area = image.area();
    double centerY = (height - 1) / 2.;
    double centerX = (width - 1) / 2.;
    Bilinear source = new Bilinear(image.values(), height, width, Border.REFLECT);
    float[] out = new float[image.values().length];
    float[] color = new float[3];
    float share = 1f / (samples * samples);
    for (int y = 0, to = 0; y < height; y++) {
      for (int x = 0; x < width; x++, to++) {
        for (int sample = 0; sample < samples * samples; sample++) {
          int row = sample / samples;
          int column = sample % samples;
          double v = y - centerY + (row + .5) / samples - .5;
          double u = x - centerX + (column + .5) / samples - .5;
          double depth = map[6] * u + map[7] * v + map[8];
          double fromX = (map[0] * u + map[1] * v + map[2]) / depth + centerX;
          double fromY = (map[3] * u + map[4] * v + map[5]) / depth + centerY;
          fromX = Math.max(-FARTHEST * width, Math.min(FARTHEST * width, fromX));
          fromY = Math.max(-FARTHEST * height, Math.min(FARTHEST * height, fromY));
          int wholeX = (int) Math.floor(fromX);
          int wholeY = (int) Math.floor(fromY);
          source.at(
              wholeY, (float) (fromY - wholeY), wholeX, (float) (fromX - wholeX), color, 0, 1);
          out[to] += share * color[0];
          out[to + area] += share * color[1];
          out[to + 2 * area] += share * color[2];
        }
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i]);
    }
    return PixelImage.rgb(height, width, out);
  }
}
