package dev.holdfast.attacks.imaging;

/**
 * Colors between pixels, linear along both axes. Pixel (y, x) has its center at exactly y and x.
 */
public final class Bilinear {

  private final float[] in;
  private final int height;
  private final int width;
  private final Border border;

  /**
   * @param in three planes, and maybe more behind them
   * @param border what lies beyond them
   */
  public Bilinear(float[] in, int height, int width, Border border) {
    this.in = in;
    this.height = height;
    this.width = width;
    this.border = border;
  }

  /**
   * Writes the color at a point to three planes.
   *
   * @param y whole part of the row
   * @param shareY how near the point is to the next row, in [0, 1]
   * @param x whole part of the column
   * @param shareX how near the point is to the next column, in [0, 1]
   * @param out planes of {@code area} values
   * @param to where in the first plane
   */
  public void at(int y, float shareY, int x, float shareX, float[] out, int to, int area) {
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
    int plane = height * width;
    int a = above * width + left;
    int b = above * width + right;
    int c = below * width + left;
    int d = below * width + right;
    float weightA = (1 - shareY) * (1 - shareX);
    float weightB = (1 - shareY) * shareX;
    float weightC = shareY * (1 - shareX);
    float weightD = shareY * shareX;
    for (int i = to, from = 0; from < 3 * plane; i += area, from += plane) {
      out[i] =
          weightA * in[from + a]
              + weightB * in[from + b]
              + (weightC * in[from + c] + weightD * in[from + d]);
    }
  }
}
