package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;
import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.Distances;
import dev.holdfast.attacks.imaging.Edges;
import dev.holdfast.attacks.imaging.GaussianFilter;
import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.metrics.random.CounterRng;

/** Splashes water on the lens at severities 1 to 3, and mud at 4 and 5. */
public record Spatter() implements Corruption {

  private static final int MEAN = 0;
  private static final int DEVIATION = 1;
  private static final int SMOOTHING = 2;
  private static final int THRESHOLD = 3;
  private static final int STRENGTH = 4;
  private static final int MUD = 5;

  private static final int WEAK_EDGE = 50;
  private static final int STRONG_EDGE = 150;
  private static final double FARTHEST = 20;
  private static final float THICKEST_CLEAR = .8f;
  private static final float[] WATER = {175 / 255f, 238 / 255f, 238 / 255f};
  private static final float[] EARTH = {63 / 255f, 42 / 255f, 20 / 255f};

  /**
   * Mean and standard deviation of the noise that drops are cut from, its smoothing, the threshold,
   * how strongly water shows or mud is smoothed, and whether it is mud.
   */
  private static final SeverityTable SPATTER =
      new SeverityTable(
          new double[][] {
            {.62, .1, .7, .7, .5, 0},
            {.65, .1, .8, .7, .5, 0},
            {.65, .3, 1, .69, .5, 0},
            {.65, .1, .7, .69, .6, 1},
            {.65, .1, .5, .68, .6, 1}
          },
          new double[][] {
            {.62, .1, .7, .7, .6, 0},
            {.65, .1, .8, .7, .6, 0},
            {.65, .3, 1, .69, .6, 0},
            {.65, .1, .7, .68, .6, 1},
            {.65, .1, .5, .67, .6, 1}
          },
          new double[][] {
            {.65, .3, 4, .69, .6, 0},
            {.65, .3, 3, .68, .6, 0},
            {.65, .3, 2, .68, .5, 0},
            {.65, .3, 1, .65, 1.5, 1},
            {.67, .4, 1, .65, 1.5, 1}
          });

  @Override
  public String id() {
    return "spatter";
  }

  @Override
  public Family family() {
    return Family.EXTRA;
  }

  @Override
  public String description() {
    return "Splashes water on the lens at severities 1 to 3, and mud at 4 and 5.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] spatter = SPATTER.row(severity, dialect, this);
    int area = clean.requireRgb().area();
    float[] normal = Scratch.floats(area);
    NormalDraws.fill(rng, normal, area);
    double[] noise = Scratch.doubles(area);
    for (int i = 0; i < area; i++) {
      noise[i] = spatter[MEAN] + spatter[DEVIATION] * normal[i];
    }
    Scratch.give(normal);
    PixelImage splashed = splash(clean, severity, dialect, noise);
    Scratch.give(noise);
    return splashed;
  }

  /**
   * Splashes with given noise.
   *
   * @param noise one number per pixel; overwritten
   */
  PixelImage splash(PixelImage clean, int severity, Dialect dialect, double[] noise) {
    double[] spatter = SPATTER.row(severity, dialect, this);
    int height = clean.height();
    int width = clean.width();
    new GaussianFilter(spatter[SMOOTHING], GaussianFilter.USUAL_REACH, Border.NEAREST)
        .smooth(noise, height, width);
    return spatter[MUD] == 1
        ? mud(clean, noise, spatter[THRESHOLD], spatter[STRENGTH])
        : water(clean, noise, spatter[THRESHOLD], (float) spatter[STRENGTH]);
  }

  private static PixelImage mud(
      PixelImage clean, double[] liquid, double threshold, double smoothing) {
    int area = clean.area();
    for (int i = 0; i < area; i++) {
      liquid[i] = liquid[i] > threshold ? 1 : 0;
    }
    new GaussianFilter(smoothing, GaussianFilter.USUAL_REACH, Border.NEAREST)
        .smooth(liquid, clean.height(), clean.width());
    float[] in = clean.values();
    float[] out = new float[in.length];
    for (int i = 0; i < area; i++) {
      float smoothed = (float) liquid[i];
      float opacity = smoothed < THICKEST_CLEAR ? 0 : smoothed;
      for (int c = 0; c < 3; c++) {
        out[c * area + i] = clip(in[c * area + i] * (1 - opacity) + EARTH[c] * opacity);
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }

  private static PixelImage water(
      PixelImage clean, double[] liquid, double threshold, float strength) {
    int height = clean.height();
    int width = clean.width();
    int area = clean.area();
    int[] levels = new int[area];
    for (int i = 0; i < area; i++) {
      // Levels above 255 begin again at 0, as they do in the original.
      levels[i] = liquid[i] < threshold ? 0 : (int) (liquid[i] * MAX_LEVEL) & MAX_LEVEL;
    }
    boolean[] edges = Edges.of(levels, height, width, WEAK_EDGE, STRONG_EDGE);
    int[] relief = relief(Distances.to(edges, height, width, FARTHEST), height, width);
    float most = 0;
    float[] drops = new float[area];
    for (int i = 0; i < area; i++) {
      drops[i] = (float) levels[i] * relief[i];
      most = Math.max(most, drops[i]);
    }
    float[] out = clean.values().clone();
    if (most > 0) {
      for (int i = 0; i < area; i++) {
        drops[i] = drops[i] / most * strength;
      }
      for (int c = 0; c < 3; c++) {
        shine(out, c * area, drops, WATER[c]);
      }
    }
    return PixelImage.rgb(height, width, out);
  }

  private static void shine(float[] out, int from, float[] drops, float color) {
    for (int i = 0; i < drops.length; i++) {
      if (drops[i] > 0) {
        out[from + i] = clip(out[from + i] + drops[i] * color);
      }
    }
  }

  /** Returns how drops catch the light, 0 to 255, from the distance to their rims. */
  private static int[] relief(double[] distances, int height, int width) {
    int[] depth = new int[height * width];
    int[] left = new int[width];
    int[] right = new int[width];
    for (int x = 0; x < width; x++) {
      left[x] = Border.MIRROR.inside(x - 1, width);
      right[x] = Border.MIRROR.inside(x + 1, width);
    }
    for (int y = 0; y < height; y++) {
      int above = Border.MIRROR.inside(y - 1, height) * width;
      int here = y * width;
      int below = Border.MIRROR.inside(y + 1, height) * width;
      for (int x = 0; x < width; x++) {
        int l = left[x];
        int r = right[x];
        double sum =
            distances[above + l]
                + distances[above + x]
                + distances[above + r]
                + distances[here + l]
                + distances[here + x]
                + distances[here + r]
                + distances[below + l]
                + distances[below + x]
                + distances[below + r];
        depth[here + x] = (int) (float) (sum * (1 / 9.));
      }
    }
    equalize(depth);
    int[] lit = new int[height * width];
    for (int y = 0; y < height; y++) {
      int above = Border.MIRROR.inside(y - 1, height) * width;
      int here = y * width;
      int below = Border.MIRROR.inside(y + 1, height) * width;
      for (int x = 0; x < width; x++) {
        // Lit from the upper left: -2 -1 0, -1 1 1, 0 1 2.
        int sum =
            2 * (depth[below + right[x]] - depth[above + left[x]])
                + depth[here + right[x]]
                + depth[below + x]
                + depth[here + x]
                - depth[above + x]
                - depth[here + left[x]];
        lit[here + x] = Math.max(0, Math.min(MAX_LEVEL, sum));
      }
    }
    int[] three = new int[width];
    for (int y = 0; y < height; y++) {
      int above = Border.MIRROR.inside(y - 1, height) * width;
      int here = y * width;
      int below = Border.MIRROR.inside(y + 1, height) * width;
      for (int x = 0; x < width; x++) {
        three[x] = lit[above + x] + lit[here + x] + lit[below + x];
      }
      for (int x = 0; x < width; x++) {
        depth[here + x] = (three[left[x]] + three[x] + three[right[x]] + 4) / 9;
      }
    }
    return depth;
  }

  /** Spreads levels so that all are about equally frequent; the lowest that occurs becomes 0. */
  private static void equalize(int[] levels) {
    int[] counts = new int[MAX_LEVEL + 1];
    for (int level : levels) {
      counts[level]++;
    }
    int lowest = 0;
    while (counts[lowest] == 0) {
      lowest++;
    }
    if (counts[lowest] == levels.length) {
      return;
    }
    float scale = (float) MAX_LEVEL / (levels.length - counts[lowest]);
    int[] spread = new int[MAX_LEVEL + 1];
    int sum = 0;
    for (int level = lowest + 1; level <= MAX_LEVEL; level++) {
      sum += counts[level];
      spread[level] = Math.min(MAX_LEVEL, (int) Math.rint(sum * scale));
    }
    for (int i = 0; i < levels.length; i++) {
      levels[i] = spread[levels[i]];
    }
  }
}
