package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.BoxResize;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Shrinks the image by box averaging and blows it up again, in 8 bits. */
public record Pixelate() implements Corruption {

  private static final SeverityTable SCALE =
      new SeverityTable(
          new double[] {.95, .9, .85, .75, .65},
          new double[] {.9, .8, .7, .6, .5},
          new double[] {.6, .5, .4, .3, .25});

  @Override
  public String id() {
    return "pixelate";
  }

  @Override
  public Family family() {
    return Family.DIGITAL;
  }

  @Override
  public String description() {
    return "Shrinks the image and blows it up again, so that it shows blocks.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double scale = SCALE.value(severity, dialect, this);
    int height = clean.requireRgb().height();
    int width = clean.width();
    int smallHeight = Math.max(1, (int) (height * scale));
    int smallWidth = Math.max(1, (int) (width * scale));
    return BoxResize.thereAndBack(clean, smallHeight, smallWidth);
  }
}
