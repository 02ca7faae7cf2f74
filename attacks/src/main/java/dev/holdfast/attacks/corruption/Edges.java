package dev.holdfast.attacks.corruption;

/**
 * Edges of a plane of 8-bit levels (Canny, "A computational approach to edge detection", PAMI 8(6),
 * 1986), with the integer arithmetic of OpenCV: Sobel differences with the border pixel going on,
 * lengths as sums of absolute values, and tan(22.5°) in 15 bits.
 */
final class Edges {

  private static final int TANGENT_BITS = 15;
  private static final int TANGENT = (int) (0.41421356237309503 * (1 << TANGENT_BITS) + .5);

  private static final byte CANDIDATE = 1;
  private static final byte EDGE = 2;

  private final int height;
  private final int width;
  private final int[] dx;
  private final int[] dy;

  private Edges(int[] levels, int height, int width) {
    this.height = height;
    this.width = width;
    dx = new int[height * width];
    dy = new int[height * width];
    for (int y = 0; y < height; y++) {
      int above = Math.max(0, y - 1) * width;
      int here = y * width;
      int below = Math.min(height - 1, y + 1) * width;
      for (int x = 0; x < width; x++) {
        int left = Math.max(0, x - 1);
        int right = Math.min(width - 1, x + 1);
        dx[here + x] =
            levels[above + right]
                - levels[above + left]
                + 2 * (levels[here + right] - levels[here + left])
                + levels[below + right]
                - levels[below + left];
        dy[here + x] =
            levels[below + left]
                - levels[above + left]
                + 2 * (levels[below + x] - levels[above + x])
                + levels[below + right]
                - levels[above + right];
      }
    }
  }

  /**
   * Returns which pixels are on an edge.
   *
   * @param low length of the gradient from which on a pixel belongs to an edge that it touches
   * @param high length from which on it is an edge itself
   */
  static boolean[] of(int[] levels, int height, int width, int low, int high) {
    Edges edges = new Edges(levels, height, width);
    byte[] marks = new byte[height * width];
    int[] pending = new int[height * width];
    int count = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int length = edges.length(y, x);
        if (length > low && edges.isRidge(y, x, length)) {
          int i = y * width + x;
          if (length > high) {
            marks[i] = EDGE;
            pending[count++] = i;
          } else {
            marks[i] = CANDIDATE;
          }
        }
      }
    }
    while (count > 0) {
      int i = pending[--count];
      for (int y = Math.max(0, i / width - 1); y <= Math.min(height - 1, i / width + 1); y++) {
        for (int x = Math.max(0, i % width - 1); x <= Math.min(width - 1, i % width + 1); x++) {
          int neighbor = y * width + x;
          if (marks[neighbor] == CANDIDATE) {
            marks[neighbor] = EDGE;
            pending[count++] = neighbor;
          }
        }
      }
    }
    boolean[] result = new boolean[marks.length];
    for (int i = 0; i < marks.length; i++) {
      result[i] = marks[i] == EDGE;
    }
    return result;
  }

  /** Returns the length of the gradient; 0 outside of the image. */
  private int length(int y, int x) {
    if (y < 0 || y >= height || x < 0 || x >= width) {
      return 0;
    }
    int i = y * width + x;
    return Math.abs(dx[i]) + Math.abs(dy[i]);
  }

  /** Returns whether the gradient is longest here along its own direction. */
  private boolean isRidge(int y, int x, int length) {
    int gx = dx[y * width + x];
    int gy = dy[y * width + x];
    int flat = Math.abs(gx) * TANGENT;
    int rise = Math.abs(gy) << TANGENT_BITS;
    if (rise < flat) {
      return length > length(y, x - 1) && length >= length(y, x + 1);
    }
    if (rise > flat + (Math.abs(gx) << (TANGENT_BITS + 1))) {
      return length > length(y - 1, x) && length >= length(y + 1, x);
    }
    int side = (gx ^ gy) < 0 ? -1 : 1;
    return length > length(y - 1, x - side) && length > length(y + 1, x + side);
  }
}
