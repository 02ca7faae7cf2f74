package dev.holdfast.attacks.imaging;

/**
 * Edges of a plane of 8-bit levels (Canny, "A computational approach to edge detection", PAMI 8(6),
 * 1986), with the integer arithmetic of OpenCV: Sobel differences with the border pixel going on,
 * lengths as sums of absolute values, and tan(22.5°) in 15 bits.
 */
public final class Edges {

  private static final int TANGENT_BITS = 15;
  private static final int TANGENT = (int) (0.41421356237309503 * (1 << TANGENT_BITS) + .5);

  private static final byte CANDIDATE = 1;
  private static final byte EDGE = 2;

  private final int width;
  private final int[] dx;
  private final int[] dy;

  /** Of lines with a margin of one pixel of length 0 all around. */
  private final int[] lengths;

  private final int stride;

  private Edges(int[] levels, int height, int width) {
    this.width = width;
    stride = width + 2;
    dx = new int[height * width];
    dy = new int[height * width];
    lengths = new int[(height + 2) * stride];
    int[] smooth = new int[width + 2];
    int[] falling = new int[width + 2];
    for (int y = 0; y < height; y++) {
      int above = Math.max(0, y - 1) * width;
      int here = y * width;
      int below = Math.min(height - 1, y + 1) * width;
      for (int x = 0; x < width; x++) {
        smooth[x + 1] = levels[above + x] + 2 * levels[here + x] + levels[below + x];
        falling[x + 1] = levels[below + x] - levels[above + x];
      }
      repeatEnds(smooth);
      repeatEnds(falling);
      for (int x = 0; x < width; x++) {
        int gx = smooth[x + 2] - smooth[x];
        int gy = falling[x] + 2 * falling[x + 1] + falling[x + 2];
        dx[here + x] = gx;
        dy[here + x] = gy;
        lengths[(y + 1) * stride + x + 1] = Math.abs(gx) + Math.abs(gy);
      }
    }
  }

  private static void repeatEnds(int[] line) {
    line[0] = line[1];
    line[line.length - 1] = line[line.length - 2];
  }

  /**
   * Returns which pixels are on an edge.
   *
   * @param low length of the gradient from which on a pixel belongs to an edge that it touches
   * @param high length from which on it is an edge itself
   */
  public static boolean[] of(int[] levels, int height, int width, int low, int high) {
    Edges edges = new Edges(levels, height, width);
    byte[] marks = new byte[height * width];
    int[] pending = new int[height * width];
    int count = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int length = edges.lengths[(y + 1) * edges.stride + x + 1];
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

  /** Returns whether the gradient is longest here along its own direction. */
  private boolean isRidge(int y, int x, int length) {
    int gx = dx[y * width + x];
    int gy = dy[y * width + x];
    int i = (y + 1) * stride + x + 1;
    int flat = Math.abs(gx) * TANGENT;
    int rise = Math.abs(gy) << TANGENT_BITS;
    if (rise < flat) {
      return length > lengths[i - 1] && length >= lengths[i + 1];
    }
    if (rise > flat + (Math.abs(gx) << (TANGENT_BITS + 1))) {
      return length > lengths[i - stride] && length >= lengths[i + stride];
    }
    int across = stride + ((gx ^ gy) < 0 ? -1 : 1);
    return length > lengths[i - across] && length > lengths[i + across];
  }
}
