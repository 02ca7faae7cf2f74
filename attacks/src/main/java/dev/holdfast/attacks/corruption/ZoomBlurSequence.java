package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Zoom;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image is averaged with copies magnified by up to 0.4 % per frame. */
@JsonTypeName("zoom-blur")
public record ZoomBlurSequence() implements Sequence {

  private static final double STEP = .004;

  @Override
  public String description() {
    return "Averages the image with more and more magnified copies, up to 112 %.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    float[] in = clean.requireRgb().values();
    float[] out = in.clone();
    for (int i = 1; i <= frame; i++) {
      Zoom zoom = new Zoom(clean.height(), clean.width(), 1 + STEP * i);
      for (int start = 0; start < in.length; start += clean.area()) {
        zoom.addTo(out, start, in);
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i] / (frame + 1));
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
