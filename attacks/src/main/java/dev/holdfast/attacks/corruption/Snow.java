package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;
import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.MotionFilter;
import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.attacks.imaging.Zoom;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;

/** Lets flakes fall in front of a whitened image. */
public record Snow() implements Corruption {

  private static final double FLATTEST = -135;
  private static final double STEEPEST = -45;

  private static final int MEAN = 0;
  private static final int DEVIATION = 1;
  private static final int ZOOM = 2;
  private static final int THRESHOLD = 3;
  private static final int REACH = 4;
  private static final int SIGMA = 5;
  private static final int KEPT = 6;

  /**
   * Mean and standard deviation of the noise that flakes are cut from, its magnification, the
   * threshold, reach and standard deviation of the fall, and the share of the image that is kept.
   */
  private static final SeverityTable SNOW =
      new SeverityTable(
          new double[][] {
            {.1, .2, 1, .6, 8, 3, .95},
            {.1, .2, 1, .5, 10, 4, .9},
            {.15, .3, 1.75, .55, 10, 4, .9},
            {.25, .3, 2.25, .6, 12, 6, .85},
            {.3, .3, 1.25, .65, 14, 12, .8}
          },
          new double[][] {
            {.1, .2, 1, .6, 8, 3, .8},
            {.1, .2, 1, .5, 10, 4, .8},
            {.15, .3, 1.75, .55, 10, 4, .7},
            {.25, .3, 2.25, .6, 12, 6, .65},
            {.3, .3, 1.25, .65, 14, 12, .6}
          },
          new double[][] {
            {.1, .3, 3, .5, 10, 4, .8},
            {.2, .3, 2, .5, 12, 4, .7},
            {.55, .3, 4, .9, 12, 8, .7},
            {.55, .3, 4.5, .85, 12, 8, .65},
            {.55, .3, 2.5, .85, 12, 12, .55}
          });

  @Override
  public String id() {
    return "snow";
  }

  @Override
  public Family family() {
    return Family.WEATHER;
  }

  @Override
  public String description() {
    return "Lets flakes fall in front of a whitened image.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] snow = SNOW.row(severity, dialect, this);
    int area = clean.requireRgb().area();
    float[] noise = Scratch.floats(area);
    NormalDraws.fill(rng, noise, area);
    float mean = (float) snow[MEAN];
    float deviation = (float) snow[DEVIATION];
    for (int i = 0; i < area; i++) {
      noise[i] = mean + deviation * noise[i];
    }
    float[] flakes = flakes(noise, clean, severity, dialect, rng.nextDouble(FLATTEST, STEEPEST));
    PixelImage snowy = cover(clean, severity, dialect, flakes);
    Scratch.give(flakes);
    Scratch.give(noise);
    return snowy;
  }

  /**
   * Returns the levels of a layer of flakes, 0 to 255.
   *
   * @param noise one number per pixel
   * @param degrees direction of the fall
   */
  float[] flakes(float[] noise, PixelImage clean, int severity, Dialect dialect, double degrees) {
    double[] snow = SNOW.row(severity, dialect, this);
    int area = clean.area();
    float[] layer = Scratch.floats(area);
    Arrays.fill(layer, 0, area, 0);
    new Zoom(clean.height(), clean.width(), snow[ZOOM]).addTo(layer, 0, noise);
    for (int i = 0; i < area; i++) {
      layer[i] = layer[i] < (float) snow[THRESHOLD] ? 0 : (int) (clip(layer[i]) * MAX_LEVEL);
    }
    new MotionFilter(snow[REACH], snow[SIGMA], degrees)
        .blurLevels(layer, clean.height(), clean.width());
    return layer;
  }

  /** Whitens the image and adds the layer and the layer upside down. */
  PixelImage cover(PixelImage clean, int severity, Dialect dialect, float[] flakes) {
    float kept = (float) SNOW.row(severity, dialect, this)[KEPT];
    float[] in = clean.values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      int green = red + area;
      int blue = green + area;
      float luma = .299f * in[red] + .587f * in[green] + .114f * in[blue];
      float white = luma * 1.5f + .5f;
      float fallen = (flakes[red] + flakes[area - 1 - red]) / MAX_LEVEL;
      out[red] = clip(kept * in[red] + (1 - kept) * Math.max(in[red], white) + fallen);
      out[green] = clip(kept * in[green] + (1 - kept) * Math.max(in[green], white) + fallen);
      out[blue] = clip(kept * in[blue] + (1 - kept) * Math.max(in[blue], white) + fallen);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
