package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image is a print that is tilted about its diagonal, seen from 1.5 times its longer side. */
@JsonTypeName("tilt")
public record TiltSequence() implements Sequence {

  private static final double DISTANCE = 1.5;
  private static final double DIAGONAL = 45;

  @Override
  public String description() {
    return "Turns the image as a print towards the eye and away, from -15 to 15 degrees.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    double distance = DISTANCE * Math.max(clean.requireRgb().height(), clean.width());
    return Warp.apply(clean, Warp.tilt(frame - FRAMES / 2, DIAGONAL, distance), 1);
  }
}
