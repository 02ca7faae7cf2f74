package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;

/** Turns the image about its center, to a side that is drawn. Corners show the image mirrored. */
public record Rotation() implements Corruption {

  private static final SeverityTable DEGREES = SeverityTable.atEverySize(6, 12, 18, 24, 30);

  @Override
  public String id() {
    return "rotation";
  }

  @Override
  public Family family() {
    return Family.GEOMETRIC;
  }

  @Override
  public String description() {
    return "Turns the image about its center, by 6 to 30 degrees.";
  }

  @Override
  public String source() {
    return "Engstrom, Tran, Tsipras, Schmidt and Madry, Exploring the Landscape of Spatial"
        + " Robustness, ICML 2019, arXiv:1712.02779";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double degrees = DEGREES.value(severity, dialect, this);
    double side = rng.nextInt(2) == 0 ? degrees : -degrees;
    return Warp.apply(clean.requireRgb(), Warp.rotation(side), 1);
  }
}
