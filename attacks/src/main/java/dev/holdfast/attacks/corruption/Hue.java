package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Turns the hue (H of HSV) of every pixel, to a side that is drawn. */
public record Hue() implements Corruption {

  /** The circle of hues has six parts, from one primary or secondary color to the next. */
  private static final int PARTS = 6;

  /** As a share of the circle. */
  private static final SeverityTable TURN = SeverityTable.atEverySize(.05, .1, .2, .3, .5);

  @Override
  public String id() {
    return "hue";
  }

  @Override
  public Family family() {
    return Family.COLOR;
  }

  @Override
  public String description() {
    return "Turns the hue by 18 to 180 degrees.";
  }

  @Override
  public String source() {
    return "Chen, Kornblith, Norouzi and Hinton, A Simple Framework for Contrastive Learning of Visual"
        + " Representations, ICML 2020, arXiv:2002.05709";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double turn = PARTS * TURN.value(severity, dialect, this);
    double hueTurn = rng.nextInt(2) == 0 ? turn : PARTS - turn;
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      int green = red + area;
      int blue = green + area;
      float value = Math.max(in[red], Math.max(in[green], in[blue]));
      float spread = value - Math.min(in[red], Math.min(in[green], in[blue]));
      double hue = spread == 0 ? 0 : hue(in[red], in[green], in[blue], value, spread) + hueTurn;
      out[red] = clip(value - spread * dip(5 + hue));
      out[green] = clip(value - spread * dip(3 + hue));
      out[blue] = clip(value - spread * dip(1 + hue));
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }

  /** Returns the hue in parts of the circle: red 0, green 2, blue 4. */
  private static double hue(float red, float green, float blue, float value, float spread) {
    if (value == red) {
      return (green - blue) / spread;
    }
    return value == green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
  }

  /** Returns how far below the value a channel is, as a share of the spread. */
  private static float dip(double place) {
    double k = place - PARTS * Math.floor(place / PARTS);
    return (float) Math.max(0, Math.min(1, Math.min(k, 4 - k)));
  }
}
