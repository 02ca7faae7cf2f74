package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image grows brighter: every value is raised by a constant from -0.3 to 0.3. */
@JsonTypeName("brightness")
public record BrightnessSequence() implements Sequence {

  private static final float STEP = .02f;

  @Override
  public String description() {
    return "Raises every value, from -30 % to 30 %.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    float raise = STEP * (frame - FRAMES / 2);
    float[] out = clean.requireRgb().values().clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = clip(out[i] + raise);
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
