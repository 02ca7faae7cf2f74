package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.MotionFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image is blurred along a line whose direction turns. */
@JsonTypeName("motion-blur")
public record MotionBlurSequence() implements Sequence {

  private static final double REACH = 10;
  private static final double DEVIATION = 3;
  private static final double STEP = 4;

  @Override
  public String description() {
    return "Blurs along a line that turns from -120 to 0 degrees.";
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    double scale = Math.max(clean.requireRgb().height(), clean.width()) / PUBLISHED_SIDE;
    MotionFilter filter =
        new MotionFilter(REACH * scale, DEVIATION * scale, STEP * (frame - (FRAMES - 1)));
    return PixelImage.rgb(clean.height(), clean.width(), filter.blur(clean));
  }
}
