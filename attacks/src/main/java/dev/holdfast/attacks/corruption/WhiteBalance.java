package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Weighs red against blue, as a camera that takes the color of the light wrong. Which of them wins
 * is drawn. A gain of the light is a gain of the stored values too, as long as they are a power of
 * it.
 */
public record WhiteBalance() implements Corruption {

  private static final SeverityTable GAIN = SeverityTable.atEverySize(1.1, 1.2, 1.35, 1.5, 1.8);

  @Override
  public String id() {
    return "white-balance";
  }

  @Override
  public Family family() {
    return Family.COLOR;
  }

  @Override
  public String description() {
    return "Weighs red against blue by 1.1 to 1.8, as for light of another color.";
  }

  @Override
  public String source() {
    return "Afifi and Brown, What Else Can Fool Deep Learning? Addressing Color Constancy Errors on"
        + " Deep Neural Network Performance, ICCV 2019, arXiv:1912.06960";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double gain = GAIN.value(severity, dialect, this);
    float ofRed = (float) (rng.nextInt(2) == 0 ? gain : 1 / gain);
    float[] in = clean.requireRgb().values();
    float[] out = in.clone();
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      out[red] = clip(in[red] * ofRed);
      out[red + 2 * area] = clip(in[red + 2 * area] / ofRed);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
