package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image comes nearer, from 40 to 115 % of its size. */
@JsonTypeName("scale")
public record ScaleSequence() implements Sequence {

  private static final double PERCENT = 100;
  private static final double SMALLEST = 40;
  private static final double STEP = 2.5;

  @Override
  public String description() {
    return "Scales the image from 40 to 115 %.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    double back = PERCENT / (SMALLEST + STEP * frame);
    return Warp.apply(clean.requireRgb(), Warp.affine(back, 0, 0, 0, back, 0), 2);
  }
}
