package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;

/** Moves the image in a direction that is drawn. What moves in is the image mirrored. */
public record Translation() implements Corruption {

  private static final double TURN = 2 * Math.PI;

  /** Length of the move, as a share of the sides. */
  private static final SeverityTable SHARE = SeverityTable.atEverySize(.04, .08, .12, .16, .2);

  @Override
  public String id() {
    return "translation";
  }

  @Override
  public Family family() {
    return Family.GEOMETRIC;
  }

  @Override
  public String description() {
    return "Moves the image by 4 to 20 % of its sides, in any direction.";
  }

  @Override
  public String source() {
    return "Engstrom, Tran, Tsipras, Schmidt and Madry, Exploring the Landscape of Spatial"
        + " Robustness, ICML 2019, arXiv:1712.02779";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double share = SHARE.value(severity, dialect, this);
    double direction = rng.nextDouble(0, TURN);
    double right = share * clean.requireRgb().width() * StrictMath.cos(direction);
    double down = share * clean.height() * StrictMath.sin(direction);
    return Warp.apply(clean, Warp.affine(1, 0, -right, 0, 1, -down), 1);
  }
}
