package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Raises every value to a power or to its inverse, which is drawn: the image comes out too dark or
 * too light, as after a wrong exposure.
 */
public record Gamma() implements Corruption {

  private static final SeverityTable POWER = SeverityTable.atEverySize(1.25, 1.5, 2, 2.5, 3.3);

  @Override
  public String id() {
    return "gamma";
  }

  @Override
  public Family family() {
    return Family.COLOR;
  }

  @Override
  public String description() {
    return "Darkens or lightens the image by a power of 1.25 to 3.3.";
  }

  @Override
  public String source() {
    return "Kar, Yeo, Atanov and Zamir, 3D Common Corruptions and Data Augmentation, CVPR 2022,"
        + " arXiv:2203.01441";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double power = POWER.value(severity, dialect, this);
    double exponent = rng.nextInt(2) == 0 ? power : 1 / power;
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = clip((float) StrictMath.pow(in[i], exponent));
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
