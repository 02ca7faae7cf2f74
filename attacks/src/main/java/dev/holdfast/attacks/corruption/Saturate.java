package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Scales and raises the saturation (S of HSV) of every pixel. */
public record Saturate() implements Corruption {

  /** Factor of the saturation, and what is added to it then. */
  private static final SeverityTable CHANGE =
      new SeverityTable(
          new double[][] {{.3, 0}, {.1, 0}, {1.5, 0}, {2, .1}, {2.5, .2}},
          new double[][] {{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {30, .2}},
          new double[][] {{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {20, .2}});

  @Override
  public String id() {
    return "saturate";
  }

  @Override
  public Family family() {
    return Family.EXTRA;
  }

  @Override
  public String description() {
    return "Fades colors at severities 1 and 2, and exaggerates them from 3 on.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] change = CHANGE.row(severity, dialect, this);
    float factor = (float) change[0];
    float raise = (float) change[1];
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      int green = red + area;
      int blue = green + area;
      float value = Math.max(in[red], Math.max(in[green], in[blue]));
      float spread = value - Math.min(in[red], Math.min(in[green], in[blue]));
      if (spread > 0) {
        // With hue and value fixed, all three differences to the value are proportional.
        float saturation = spread / value;
        float gain = Math.min(1, saturation * factor + raise) / saturation;
        out[red] = clip(value - (value - in[red]) * gain);
        out[green] = clip(value - (value - in[green]) * gain);
        out[blue] = clip(value - (value - in[blue]) * gain);
      } else {
        // Gray has no hue; the usual convention calls it red.
        out[red] = value;
        out[green] = value * (1 - raise);
        out[blue] = out[green];
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
