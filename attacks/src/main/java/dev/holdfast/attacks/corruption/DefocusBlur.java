package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.Kernel;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Blurs with a disk, the image of a point that is out of focus, whose edge is slightly smoothed.
 */
public record DefocusBlur() implements Corruption {

  /** Radius in pixels, and standard deviation of the smoothing of the disk's edge. */
  private static final SeverityTable DISK =
      new SeverityTable(
          new double[][] {{.3, .4}, {.4, .5}, {.5, .6}, {1, .2}, {1.5, .1}},
          new double[][] {{.5, .6}, {1, .1}, {1.5, .1}, {2.5, .01}, {3, .1}},
          new double[][] {{3, .1}, {4, .5}, {6, .5}, {8, .5}, {10, .5}});

  @Override
  public String id() {
    return "defocus-blur";
  }

  @Override
  public Family family() {
    return Family.BLUR;
  }

  @Override
  public String description() {
    return "Blurs with a disk, as a lens that is out of focus does.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    Kernel kernel = kernel(severity, dialect);
    return PixelImage.rgb(clean.height(), clean.width(), kernel.correlate(clean.requireRgb()));
  }

  Kernel kernel(int severity, Dialect dialect) {
    double[] disk = DISK.row(severity, dialect, this);
    return Kernel.disk(disk[0], disk[1]);
  }
}
