package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;

/** Shrinks the image, as from further away. Around it, the image goes on mirrored. */
public record Scale() implements Corruption {

  private static final SeverityTable FACTOR = SeverityTable.atEverySize(.9, .8, .7, .6, .5);

  @Override
  public String id() {
    return "scale";
  }

  @Override
  public Family family() {
    return Family.GEOMETRIC;
  }

  @Override
  public String description() {
    return "Shrinks the image to 90 to 50 % of its sides.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double back = 1 / FACTOR.value(severity, dialect, this);
    return Warp.apply(clean.requireRgb(), Warp.affine(back, 0, 0, 0, back, 0), 2);
  }
}
