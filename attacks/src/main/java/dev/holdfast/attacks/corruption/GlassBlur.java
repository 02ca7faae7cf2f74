package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;
import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.GaussianFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;

/**
 * Moves pixels about within a small neighborhood, as frosted glass does, between two slight
 * smoothings. The published scripts mean to swap pixels, but copy the one over the other; so does
 * this. The pixels that move are 8-bit, cut off and not rounded.
 */
public record GlassBlur() implements Corruption {

  /** Standard deviation of the smoothing, reach of a move, and how often all pixels are moved. */
  private static final SeverityTable GLASS =
      new SeverityTable(
          new double[][] {{.05, 1, 1}, {.25, 1, 1}, {.4, 1, 1}, {.25, 1, 2}, {.4, 1, 2}},
          new double[][] {{.1, 1, 1}, {.5, 1, 1}, {.6, 1, 2}, {.7, 2, 1}, {.9, 2, 2}},
          new double[][] {{.7, 1, 2}, {.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}});

  @Override
  public String id() {
    return "glass-blur";
  }

  @Override
  public Family family() {
    return Family.BLUR;
  }

  @Override
  public String description() {
    return "Moves pixels about within a small neighborhood, as frosted glass does.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] glass = GLASS.row(severity, dialect, this);
    int reach = (int) glass[1];
    byte[] moves =
        new byte
            [2
                * (int) glass[2]
                * steps(clean.requireRgb().height(), reach)
                * steps(clean.width(), reach)];
    for (int i = 0; i < moves.length; i += 2) {
      long bits = rng.nextLong();
      moves[i] = move(bits & 0xffffffffL, reach);
      moves[i + 1] = move(bits >>> 32, reach);
    }
    return move(clean, severity, dialect, moves);
  }

  /** Returns one of the 2 reach numbers from -reach to reach - 1: the upper end is left out. */
  private static byte move(long bits32, int reach) {
    return (byte) (((bits32 * 2 * reach) >>> 32) - reach);
  }

  /** How many positions of a line are so far from its ends that moves from there stay inside. */
  private static int steps(int size, int reach) {
    return Math.max(0, size - 2 * reach);
  }

  /**
   * Blurs with given moves.
   *
   * @param moves where each pixel comes from, column and row, in the order in which pixels move:
   *     from the lower right to the upper left
   */
  PixelImage move(PixelImage clean, int severity, Dialect dialect, byte[] moves) {
    double[] glass = GLASS.row(severity, dialect, this);
    int reach = (int) glass[1];
    int height = clean.height();
    int width = clean.width();
    int area = clean.area();
    GaussianFilter filter =
        new GaussianFilter(glass[0], GaussianFilter.USUAL_REACH, Border.NEAREST);
    double[] plane = Scratch.doubles(area);
    int[] pixels = Scratch.ints(area);
    Arrays.fill(pixels, 0, area, 0);
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < area; i++) {
        plane[i] = EightBit.truncate(clean.values()[c * area + i]) / (double) MAX_LEVEL;
      }
      filter.smooth(plane, height, width);
      for (int i = 0; i < area; i++) {
        pixels[i] = (pixels[i] << Byte.SIZE) | (int) (plane[i] * MAX_LEVEL);
      }
    }
    int at = 0;
    for (int iteration = 0; iteration < glass[2]; iteration++) {
      for (int y = height - reach; y > reach; y--) {
        for (int x = width - reach; x > reach; x--) {
          pixels[y * width + x] = pixels[(y + moves[at + 1]) * width + x + moves[at]];
          at += 2;
        }
      }
    }
    float[] out = new float[clean.values().length];
    for (int c = 0; c < 3; c++) {
      int shift = (2 - c) * Byte.SIZE;
      for (int i = 0; i < area; i++) {
        plane[i] = ((pixels[i] >> shift) & MAX_LEVEL) / (double) MAX_LEVEL;
      }
      filter.smooth(plane, height, width);
      for (int i = 0; i < area; i++) {
        out[c * area + i] = clip((float) plane[i]);
      }
    }
    Scratch.give(pixels);
    Scratch.give(plane);
    return PixelImage.rgb(height, width, out);
  }
}
