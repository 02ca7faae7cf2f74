package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/** The image moves from left to right, by at most 20 of 224 pixels to either side. */
@JsonTypeName("translate")
public record TranslateSequence() implements Sequence {

  private static final int FRAMES = 41;

  @Override
  public String description() {
    return "Moves the image from left to right, by 9 % of its width to either side.";
  }

  @Override
  public int frames() {
    return FRAMES;
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    double right = (frame - FRAMES / 2) * clean.requireRgb().width() / PUBLISHED_SIDE;
    return Warp.apply(clean, Warp.affine(1, 0, -right, 0, 1, 0), 1);
  }
}
