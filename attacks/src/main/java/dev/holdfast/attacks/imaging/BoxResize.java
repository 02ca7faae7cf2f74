package dev.holdfast.attacks.imaging;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;

import java.util.Arrays;

/**
 * Resizing of 8-bit planes with a box filter that has Pillow's rounding: weights are fixed-point
 * numbers of 22 bits, rows are resized first, and the result is rounded to levels after each axis.
 * Blown up, every pixel is a copy of one.
 */
public final class BoxResize {

  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private static final float[] INTENSITY = new float[MAX_LEVEL + 1];

  static {
    for (int level = 0; level <= MAX_LEVEL; level++) {
      INTENSITY[level] = level / (float) MAX_LEVEL;
    }
  }

  private BoxResize() {}

  /** Returns resized planes; the number of planes follows from the length of {@code levels}. */
  public static int[] resize(int[] levels, int height, int width, int newHeight, int newWidth) {
    int lines = levels.length / width;
    Boxes columns = new Boxes(width, newWidth);
    Boxes rows = new Boxes(height, newHeight);
    int[][] resized = new int[lines][newWidth];
    int[] prefix = new int[width + 1];
    int[] boxes = new int[newWidth];
    for (int y = 0; y < lines; y++) {
      for (int x = 0; x < width; x++) {
        prefix[x + 1] = prefix[x] + levels[y * width + x];
      }
      columns.addAverages(prefix, boxes, resized[y]);
    }
    int[] out = new int[lines / height * newHeight * newWidth];
    int[] sums = new int[newWidth];
    for (int row = 0, to = 0; to < out.length; row++) {
      Arrays.fill(sums, HALF);
      int first = row / newHeight * height + rows.first[row % newHeight];
      for (int t = 0; t < rows.counts[row % newHeight]; t++) {
        add(sums, resized[first + t], rows.weights[row % newHeight], newWidth);
      }
      for (int x = 0; x < newWidth; x++, to++) {
        out[to] = sums[x] >> FRACTION_BITS;
      }
    }
    return out;
  }

  /**
   * Returns an image that was shrunk and blown up again: what two calls of {@link #resize} give,
   * several times as fast.
   *
   * @param clean cut off to whole levels first
   */
  public static PixelImage thereAndBack(PixelImage clean, int smallHeight, int smallWidth) {
    int height = clean.height();
    int width = clean.width();
    Boxes columns = new Boxes(width, smallWidth);
    Boxes rows = new Boxes(height, smallHeight);
    int[] wide = sources(smallWidth, width);
    int[] high = sources(smallHeight, height);
    int[] prefix = new int[width + 1];
    int[] boxes = new int[smallWidth];
    int[] sums = new int[smallWidth];
    float[] small = new float[smallWidth];
    float[] out = new float[3 * height * width];
    for (int channel = 0; channel < 3; channel++) {
      int plane = channel * height * width;
      int done = 0;
      for (int row = 0; row < smallHeight; row++) {
        Arrays.fill(sums, 0);
        for (int t = 0; t < rows.counts[row]; t++) {
          sum(clean.values(), plane + (rows.first[row] + t) * width, prefix);
          columns.addAverages(prefix, boxes, sums);
        }
        for (int x = 0; x < smallWidth; x++) {
          small[x] = INTENSITY[(HALF + rows.weights[row] * sums[x]) >> FRACTION_BITS];
        }
        int line = plane + done * width;
        for (int y = done; y < height && high[y] == row; y++, done++) {
          int to = plane + y * width;
          if (to == line) {
            for (int x = 0; x < width; x++) {
              out[to + x] = small[wide[x]];
            }
          } else {
            System.arraycopy(out, line, out, to, width);
          }
        }
      }
    }
    return PixelImage.rgb(height, width, out);
  }

  /** Writes the sums of the levels before each pixel of a line. */
  private static void sum(float[] intensities, int from, int[] prefix) {
    int sum = 0;
    for (int x = 1; x < prefix.length; x++) {
      sum += EightBit.truncate(intensities[from + x - 1]);
      prefix[x] = sum;
    }
  }

  private static void add(int[] sums, int[] line, int weight, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += weight * line[i];
    }
  }

  /** Returns which of the small line's pixels each pixel of the large one is a copy of. */
  private static int[] sources(int small, int large) {
    int[] sources = new int[large];
    double step = (double) small / large;
    for (int i = 0; i < large; i++) {
      sources[i] = Math.min(small - 1, (int) ((i + .5) * step));
    }
    return sources;
  }

  /** Which pixels of a line make up each pixel of another. All that do weigh the same. */
  private static final class Boxes {
    final int[] first;
    final int[] ends;
    final int[] counts;
    final int[] weights;

    /** Whether each box begins where the one before ends: rounding may leave a pixel out. */
    final boolean gapless;

    Boxes(int size, int newSize) {
      first = new int[newSize];
      ends = new int[newSize];
      counts = new int[newSize];
      weights = new int[newSize];
      double step = (double) size / newSize;
      double boxWidth = Math.max(step, 1);
      double narrowing = 1 / boxWidth;
      for (int i = 0; i < newSize; i++) {
        double center = (i + .5) * step;
        int from = Math.max(0, (int) (center - boxWidth / 2 + .5));
        int to = Math.min(size, (int) (center + boxWidth / 2 + .5));
        // A pixel on the edge between two boxes counts in the left one only.
        while ((from - center + .5) * narrowing <= -.5) {
          from++;
        }
        while ((to - 1 - center + .5) * narrowing > .5) {
          to--;
        }
        first[i] = from;
        ends[i] = to;
        counts[i] = to - from;
        weights[i] = (int) (.5 + 1. / (to - from) * (1 << FRACTION_BITS));
      }
      boolean together = true;
      for (int i = 0; i < newSize; i++) {
        together &= first[i] == (i == 0 ? 0 : ends[i - 1]);
      }
      gapless = together;
    }

    /**
     * Adds to each box's sum its mean, rounded to a level. The means have a loop of their own,
     * which the compiler does for many at once.
     *
     * @param prefix sums of the levels before each pixel
     * @param boxes overwritten
     */
    void addAverages(int[] prefix, int[] boxes, int[] sums) {
      if (gapless) {
        int before = 0;
        for (int i = 0; i < boxes.length; i++) {
          int now = prefix[ends[i]];
          boxes[i] = now - before;
          before = now;
        }
      } else {
        for (int i = 0; i < boxes.length; i++) {
          boxes[i] = prefix[ends[i]] - prefix[first[i]];
        }
      }
      for (int i = 0; i < boxes.length; i++) {
        sums[i] += (HALF + weights[i] * boxes[i]) >> FRACTION_BITS;
      }
    }
  }
}
