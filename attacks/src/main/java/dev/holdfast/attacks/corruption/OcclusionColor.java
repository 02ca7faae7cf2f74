package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;

/** Covers a rectangle of the image with the mean color of the image. */
public record OcclusionColor() implements Corruption {

  @Override
  public String id() {
    return "occlusion-color";
  }

  @Override
  public Family family() {
    return Family.OCCLUSION;
  }

  @Override
  public String description() {
    return "Covers 10 to 40 % of the image with its mean color.";
  }

  @Override
  public String source() {
    return "DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with"
        + " Cutout, 2017, arXiv:1708.04552";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float[] out = clean.requireRgb().values().clone();
    int area = clean.area();
    OcclusionPatch patch = OcclusionPatch.draw(clean, severity, dialect, this, rng);
    for (int start = 0; start < out.length; start += area) {
      double sum = 0;
      for (int i = start; i < start + area; i++) {
        sum += out[i];
      }
      float mean = clip((float) (sum / area));
      for (int y = patch.top(); y < patch.top() + patch.height(); y++) {
        int from = start + y * clean.width() + patch.left();
        Arrays.fill(out, from, from + patch.width(), mean);
      }
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
