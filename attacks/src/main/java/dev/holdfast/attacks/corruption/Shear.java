package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import dev.holdfast.metrics.random.CounterRng;

/** Slants the image along one axis, to a side that is drawn. Corners show the image mirrored. */
public record Shear() implements Corruption {

  /** How far lines that are one pixel apart slide against each other, in pixels. */
  private static final SeverityTable SLANT = SeverityTable.atEverySize(.1, .2, .3, .4, .5);

  @Override
  public String id() {
    return "shear";
  }

  @Override
  public Family family() {
    return Family.GEOMETRIC;
  }

  @Override
  public String description() {
    return "Slants the image along one axis, by 10 to 50 % of its side.";
  }

  @Override
  public String source() {
    return "Cubuk, Zoph, Mane, Vasudevan and Le, AutoAugment: Learning Augmentation Strategies from"
        + " Data, CVPR 2019, arXiv:1805.09501";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double slant = SLANT.value(severity, dialect, this);
    double side = rng.nextInt(2) == 0 ? slant : -slant;
    double[] map =
        rng.nextInt(2) == 0 ? Warp.affine(1, side, 0, 0, 1, 0) : Warp.affine(1, 0, 0, side, 1, 0);
    return Warp.apply(clean.requireRgb(), map, 1);
  }
}
