package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.MotionFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Draws streaks of falling drops, all in one direction that is drawn, over an image that grows
 * darker with the rain.
 */
public record Rain() implements Corruption {

  private static final double DOWN = 90;
  private static final double WIND = 25;
  private static final float LIGHT = .85f;

  private static final int DROPS = 0;
  private static final int REACH = 1;
  private static final int COVER = 2;
  private static final int DARK = 3;

  /** Share of pixels with a drop, reach of a streak in pixels, how much it covers, darkening. */
  private static final SeverityTable RAIN =
      new SeverityTable(
          new double[][] {
            {.01, 2, .4, .05},
            {.015, 2, .5, .1},
            {.02, 3, .6, .15},
            {.03, 3, .7, .2},
            {.04, 4, .8, .25}
          },
          new double[][] {
            {.006, 3, .4, .05},
            {.01, 4, .5, .1},
            {.014, 5, .6, .15},
            {.018, 6, .7, .2},
            {.024, 7, .8, .25}
          },
          new double[][] {
            {.002, 8, .4, .05},
            {.004, 10, .5, .1},
            {.006, 12, .6, .15},
            {.008, 15, .7, .2},
            {.01, 18, .8, .25}
          });

  @Override
  public String id() {
    return "rain";
  }

  @Override
  public Family family() {
    return Family.SCENE;
  }

  @Override
  public String description() {
    return "Draws streaks of falling drops over a darker image.";
  }

  @Override
  public String source() {
    return "Chen, Wang and Zheng, Benchmarks for Corruption Invariant Person Re-identification,"
        + " NeurIPS 2021, arXiv:2111.00880";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] rain = RAIN.row(severity, dialect, this);
    int height = clean.requireRgb().height();
    int width = clean.width();
    int area = clean.area();
    double reach = rain[REACH];
    double direction = DOWN + rng.nextDouble(-WIND, WIND);
    float[] drops = new float[area];
    for (int i = 0; i < area; i++) {
      drops[i] = rng.nextDouble() < rain[DROPS] ? 1 : 0;
    }
    // A drop leaves its weight at each pixel of its streak; the first one is the heaviest.
    MotionFilter fall = new MotionFilter(reach, 2 * reach, direction);
    float[] streaks = fall.blur(new PixelImage(1, height, width, drops));
    float heaviest = (float) (1.5 * (2 * Math.ceil(reach) + 1));
    float kept = (float) (1 - rain[DARK]);
    float[] in = clean.values();
    float[] out = new float[in.length];
    for (int i = 0; i < out.length; i++) {
      float cover = (float) rain[COVER] * Math.min(1, streaks[i % area] * heaviest);
      float dark = kept * in[i];
      out[i] = clip(dark + cover * (LIGHT - dark));
    }
    return PixelImage.rgb(height, width, out);
  }
}
