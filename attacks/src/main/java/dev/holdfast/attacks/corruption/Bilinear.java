package dev.holdfast.attacks.corruption;

/** Values of a plane between its pixels. Pixel (y, x) has its center at exactly y and x. */
final class Bilinear {

  private Bilinear() {}

  /**
   * Returns the value at a point.
   *
   * @param y whole part of the row
   * @param shareY how near the point is to the next row, in [0, 1]
   * @param x whole part of the column
   * @param shareX how near the point is to the next column, in [0, 1]
   */
  static float at(
      float[] values,
      int start,
      int height,
      int width,
      int y,
      float shareY,
      int x,
      float shareX,
      Border border) {
    int above = y;
    int below = y + 1;
    int left = x;
    int right = x + 1;
    if (y < 0 || x < 0 || below >= height || right >= width) {
      above = border.inside(y, height);
      below = border.inside(y + 1, height);
      left = border.inside(x, width);
      right = border.inside(x + 1, width);
    }
    int top = start + above * width;
    int bottom = start + below * width;
    float a = values[top + left];
    float b = values[bottom + left];
    a += shareX * (values[top + right] - a);
    b += shareX * (values[bottom + right] - b);
    return a + shareY * (b - a);
  }
}
