package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Covers a rectangle of the image with noise: every value there is drawn, all equally likely. */
public record OcclusionNoise() implements Corruption {

  @Override
  public String id() {
    return "occlusion-noise";
  }

  @Override
  public Family family() {
    return Family.OCCLUSION;
  }

  @Override
  public String description() {
    return "Covers 10 to 40 % of the image with noise.";
  }

  @Override
  public String source() {
    return "DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with"
        + " Cutout, 2017, arXiv:1708.04552";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float[] out = clean.requireRgb().values().clone();
    OcclusionPatch patch = OcclusionPatch.draw(clean, severity, dialect, this, rng);
    for (int start = 0; start < out.length; start += clean.area()) {
      for (int y = patch.top(); y < patch.top() + patch.height(); y++) {
        int from = start + y * clean.width() + patch.left();
        for (int i = from; i < from + patch.width(); i++) {
          out[i] = (float) rng.nextDouble();
        }
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
