package dev.holdfast.attacks.imaging;

/**
 * Magnification of the center of a plane to the size of the whole, linear between pixels. The first
 * and the last pixel of the cut-out keep their places, as in scipy's zoom.
 */
public final class Zoom {

  private final Axis rows;
  private final Axis columns;

  public Zoom(int height, int width, double factor) {
    rows = new Axis(height, factor);
    columns = new Axis(width, factor);
  }

  /** Adds the magnified plane to another one. */
  public void addTo(float[] sum, int start, float[] in) {
    int width = columns.size;
    float[] line = new float[width];
    float[] next = new float[width];
    for (int y = 0; y < rows.size; y++) {
      int above = start + rows.before[y] * width;
      int below = start + rows.after[y] * width;
      float share = rows.share[y];
      float rest = 1 - share;
      System.arraycopy(in, above, line, 0, width);
      System.arraycopy(in, below, next, 0, width);
      for (int x = 0; x < width; x++) {
        line[x] = rest * line[x] + share * next[x];
      }
      int to = start + y * width;
      for (int x = 0; x < width; x++) {
        float left = line[columns.before[x]];
        sum[to + x] += left + columns.share[x] * (line[columns.after[x]] - left);
      }
    }
  }

  /** Between which two pixels each pixel of a magnified line lies, and how near to the second. */
  private static final class Axis {
    final int size;
    final int[] before;
    final int[] after;
    final float[] share;

    Axis(int size, double factor) {
      this.size = size;
      before = new int[size];
      after = new int[size];
      share = new float[size];
      int cut = (int) Math.ceil(size / factor);
      int top = (size - cut) / 2;
      int zoomed = (int) Math.rint(cut * factor);
      int trim = (zoomed - size) / 2;
      double step = zoomed == 1 ? 0 : (cut - 1) / (double) (zoomed - 1);
      for (int i = 0; i < size; i++) {
        // In scipy, rounding can carry the last pixel beyond the cut-out, where it is black.
        double place = Math.min(cut - 1, (i + trim) * step);
        int whole = (int) place;
        before[i] = top + whole;
        after[i] = top + Math.min(cut - 1, whole + 1);
        share[i] = (float) (place - whole);
      }
    }
  }
}
