package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Shows the image as a flat print that is turned away from the eye, about an axis that is drawn.
 * Around it, the print goes on mirrored.
 */
public record Perspective() implements Corruption {

  private static final double TURN = 360;

  /** From the eye to the print, in lengths of its longer side. */
  private static final double DISTANCE = 1.5;

  private static final SeverityTable DEGREES = SeverityTable.atEverySize(8, 16, 24, 32, 40);

  @Override
  public String id() {
    return "perspective";
  }

  @Override
  public Family family() {
    return Family.GEOMETRIC;
  }

  @Override
  public String description() {
    return "Shows the image as a print that is turned away by 8 to 40 degrees.";
  }

  @Override
  public String source() {
    return "Papakipos and Bitton, AugLy: Data Augmentations for Robustness, 2022, arXiv:2201.06494";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double degrees = DEGREES.value(severity, dialect, this);
    double distance = DISTANCE * Math.max(clean.requireRgb().height(), clean.width());
    return Warp.apply(clean, Warp.tilt(degrees, rng.nextDouble(0, TURN), distance), 2);
  }
}
