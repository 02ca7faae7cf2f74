package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image turns about its center. */
@JsonTypeName("rotate")
public record RotateSequence() implements Sequence {

  @Override
  public String description() {
    return "Turns the image from -15 to 15 degrees.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    return Warp.apply(clean.requireRgb(), Warp.rotation(frame - FRAMES / 2), 1);
  }
}
