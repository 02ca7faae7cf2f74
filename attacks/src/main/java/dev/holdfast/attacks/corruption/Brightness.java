package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Raises the value (V of HSV) of every pixel by a constant. */
public record Brightness() implements Corruption {

  private static final SeverityTable RAISE =
      new SeverityTable(
          new double[] {.05, .1, .15, .2, .3},
          new double[] {.1, .2, .3, .4, .5},
          new double[] {.1, .2, .3, .4, .5});

  @Override
  public String id() {
    return "brightness";
  }

  @Override
  public Family family() {
    return Family.WEATHER;
  }

  @Override
  public String description() {
    return "Raises the value of every pixel, keeping hue and saturation.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float raise = (float) RAISE.value(severity, dialect, this);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      int green = red + area;
      int blue = green + area;
      float value = Math.max(in[red], Math.max(in[green], in[blue]));
      float raised = Math.min(1, value + raise);
      if (value > 0) {
        // With hue and saturation fixed, all three channels are proportional to the value.
        float gain = raised / value;
        out[red] = clip(in[red] * gain);
        out[green] = clip(in[green] * gain);
        out[blue] = clip(in[blue] * gain);
      } else {
        // Black has no saturation: it becomes gray.
        out[red] = raised;
        out[green] = raised;
        out[blue] = raised;
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
