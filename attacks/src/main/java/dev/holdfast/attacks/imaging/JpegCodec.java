package dev.holdfast.attacks.imaging;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.imageio.plugins.jpeg.JPEGQTable;

/**
 * What is left of an image that was stored as a baseline JPEG (ITU-T T.81) with chroma at half
 * size. Bits that are packed and unpacked again change nothing, so that there is no file: colors
 * are changed, chroma shrunk, blocks transformed, rounded to the quantization tables and brought
 * back. Everywhere the integer arithmetic of libjpeg's accurate transform, the usual choice: the
 * result has no float in it, so that it does not depend on the machine or on a codec of the system.
 */
public final class JpegCodec {

  private static final int RGB = 3;
  private static final int MID_LEVEL = 128;

  private static final int COLOR_BITS = 16;
  private static final int COLOR_HALF = 1 << (COLOR_BITS - 1);

  /** Of luma, by ITU-R 601, in {@link #COLOR_BITS}. */
  private static final int RED = color(.299);

  private static final int GREEN = color(.587);
  private static final int BLUE = color(.114);

  /** Of chroma: five digits, as in the JFIF specification. */
  private static final int CB_RED = color(.16874);

  private static final int CB_GREEN = color(.33126);
  private static final int CR_GREEN = color(.41869);
  private static final int CR_BLUE = color(.08131);
  private static final int CHROMA_OFFSET = (MID_LEVEL << COLOR_BITS) + COLOR_HALF - 1;

  private static final int RED_CR = color(1.402);
  private static final int GREEN_CB = color(.34414);
  private static final int GREEN_CR = color(.71414);
  private static final int BLUE_CB = color(1.772);

  /** Intensities of levels from -256 to 511, cut off at the ends. */
  private static final float[] INTENSITY = new float[3 * (MAX_LEVEL + 1)];

  private static final int NO_INTENSITY = MAX_LEVEL + 1;

  static {
    for (int i = 0; i < INTENSITY.length; i++) {
      int level = Math.max(0, Math.min(MAX_LEVEL, i - NO_INTENSITY));
      INTENSITY[i] = level / (float) MAX_LEVEL;
    }
  }

  /** Tables of both kinds by quality, made where first used. */
  private static final Map<Integer, JpegBlocks[]> BLOCKS = new ConcurrentHashMap<>();

  private final int height;
  private final int width;
  private final int chromaHeight;
  private final int chromaWidth;

  /** Lengths of lines: whole blocks. */
  private final int lumaStride;

  private final int chromaStride;
  private final int[] luma;
  private final int[] cb;
  private final int[] cr;

  private JpegCodec(int height, int width) {
    this.height = height;
    this.width = width;
    chromaHeight = (height + 1) / 2;
    chromaWidth = (width + 1) / 2;
    lumaStride = wholeBlocks(width);
    chromaStride = wholeBlocks(chromaWidth);
    luma = Scratch.ints(wholeBlocks(height) * lumaStride);
    cb = Scratch.ints(wholeBlocks(chromaHeight) * chromaStride);
    cr = Scratch.ints(wholeBlocks(chromaHeight) * chromaStride);
  }

  /**
   * Returns what a reader gets of an image that was stored, in whole levels.
   *
   * @param clean RGB; cut off to whole levels before it is stored
   * @param quality 1 to 100, as libjpeg counts
   */
  public static PixelImage roundTrip(PixelImage clean, int quality) {
    JpegBlocks[] blocks =
        BLOCKS.computeIfAbsent(
            quality,
            q ->
                new JpegBlocks[] {
                  new JpegBlocks(scaled(JPEGQTable.K1Luminance, q)),
                  new JpegBlocks(scaled(JPEGQTable.K2Chrominance, q))
                });
    JpegCodec codec = new JpegCodec(clean.height(), clean.width());
    codec.toLumaAndChroma(clean.values());
    blocks[0].roundTrip(codec.luma, wholeBlocks(codec.height), codec.lumaStride);
    blocks[1].roundTrip(codec.cb, wholeBlocks(codec.chromaHeight), codec.chromaStride);
    blocks[1].roundTrip(codec.cr, wholeBlocks(codec.chromaHeight), codec.chromaStride);
    float[] out = codec.toRgb();
    Scratch.give(codec.luma);
    Scratch.give(codec.cb);
    Scratch.give(codec.cr);
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }

  private static int color(double share) {
    return (int) Math.round(share * (1 << COLOR_BITS));
  }

  private static int wholeBlocks(int size) {
    return (size + JpegBlocks.SIDE - 1) / JpegBlocks.SIDE * JpegBlocks.SIDE;
  }

  /** Scales a table of T.81, annex K, as libjpeg does for a quality. */
  private static int[] scaled(JPEGQTable base, int quality) {
    int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    return Arrays.stream(base.getTable())
        .map(step -> Math.max(1, Math.min(MAX_LEVEL, (step * percent + 50) / 100)))
        .toArray();
  }

  private void toLumaAndChroma(float[] rgb) {
    int plane = height * width;
    int wide = 2 * chromaStride;
    int[][] levels = new int[RGB][width];
    int[][] blues = new int[2][wide];
    int[][] reds = new int[2][wide];
    for (int row = 0; row < chromaHeight; row++) {
      for (int i = 0; i < 2; i++) {
        int y = 2 * row + i;
        if (y == height) {
          System.arraycopy(blues[0], 0, blues[1], 0, wide);
          System.arraycopy(reds[0], 0, reds[1], 0, wide);
          continue;
        }
        for (int c = 0; c < RGB; c++) {
          EightBit.truncate(rgb, c * plane + y * width, levels[c], width);
        }
        int start = y * lumaStride;
        toLuma(levels, luma, start);
        toChroma(levels, blues[i], reds[i]);
        Arrays.fill(luma, start + width, start + lumaStride, luma[start + width - 1]);
        Arrays.fill(blues[i], width, wide, blues[i][width - 1]);
        Arrays.fill(reds[i], width, wide, reds[i][width - 1]);
      }
      halve(blues, cb, row * chromaStride);
      halve(reds, cr, row * chromaStride);
    }
    repeatLastLine(luma, height, lumaStride);
    repeatLastLine(cb, chromaHeight, chromaStride);
    repeatLastLine(cr, chromaHeight, chromaStride);
  }

  private void toLuma(int[][] levels, int[] out, int start) {
    int[] red = levels[0];
    int[] green = levels[1];
    int[] blue = levels[2];
    for (int x = 0; x < width; x++) {
      out[start + x] =
          (RED * red[x] + GREEN * green[x] + BLUE * blue[x] + COLOR_HALF) >> COLOR_BITS;
    }
  }

  private void toChroma(int[][] levels, int[] blues, int[] reds) {
    int[] red = levels[0];
    int[] green = levels[1];
    int[] blue = levels[2];
    for (int x = 0; x < width; x++) {
      blues[x] =
          (COLOR_HALF * blue[x] - CB_RED * red[x] - CB_GREEN * green[x] + CHROMA_OFFSET)
              >> COLOR_BITS;
      reds[x] =
          (COLOR_HALF * red[x] - CR_GREEN * green[x] - CR_BLUE * blue[x] + CHROMA_OFFSET)
              >> COLOR_BITS;
    }
  }

  /** Averages fours, rounding halves down and up in turns. */
  private void halve(int[][] lines, int[] out, int start) {
    int[] upper = lines[0];
    int[] lower = lines[1];
    for (int x = 0; x < chromaStride; x++) {
      int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      out[start + x] = (sum + 1 + (x & 1)) >> 2;
    }
  }

  private static void repeatLastLine(int[] plane, int lines, int stride) {
    for (int y = lines; y < wholeBlocks(lines); y++) {
      System.arraycopy(plane, (lines - 1) * stride, plane, y * stride, stride);
    }
  }

  private float[] toRgb() {
    int plane = height * width;
    float[] out = new float[RGB * plane];
    int[] sums = new int[chromaWidth];
    int[] blues = new int[2 * chromaWidth];
    int[] reds = new int[2 * chromaWidth];
    for (int y = 0; y < height; y++) {
      enlarge(cb, y, sums, blues);
      enlarge(cr, y, sums, reds);
      int from = y * lumaStride;
      int to = y * width;
      for (int x = 0; x < width; x++) {
        int level = luma[from + x] + NO_INTENSITY;
        int blue = blues[x] - MID_LEVEL;
        int red = reds[x] - MID_LEVEL;
        out[to + x] = INTENSITY[level + ((RED_CR * red + COLOR_HALF) >> COLOR_BITS)];
        out[plane + to + x] =
            INTENSITY[level + ((COLOR_HALF - GREEN_CB * blue - GREEN_CR * red) >> COLOR_BITS)];
        out[2 * plane + to + x] = INTENSITY[level + ((BLUE_CB * blue + COLOR_HALF) >> COLOR_BITS)];
      }
    }
    return out;
  }

  /**
   * Brings a line of chroma to full size: three parts of the nearer sample and one of the farther,
   * along both axes. Lines of one or two samples are repeated instead, by libjpeg's rule.
   */
  private void enlarge(int[] chroma, int y, int[] sums, int[] out) {
    int near = y / 2;
    int start = near * chromaStride;
    int last = chromaWidth - 1;
    if (chromaWidth <= 2) {
      for (int x = 0; x <= last; x++) {
        out[2 * x] = chroma[start + x];
        out[2 * x + 1] = chroma[start + x];
      }
      return;
    }
    int far = (y & 1) == 0 ? Math.max(0, near - 1) : Math.min(chromaHeight - 1, near + 1);
    int other = far * chromaStride;
    for (int x = 0; x <= last; x++) {
      sums[x] = 3 * chroma[start + x] + chroma[other + x];
    }
    out[0] = (4 * sums[0] + 8) >> 4;
    for (int x = 0; x < last; x++) {
      out[2 * x + 1] = (3 * sums[x] + sums[x + 1] + 7) >> 4;
      out[2 * x + 2] = (3 * sums[x + 1] + sums[x] + 8) >> 4;
    }
    out[2 * last + 1] = (4 * sums[last] + 7) >> 4;
  }
}
