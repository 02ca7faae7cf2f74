package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.JpegCodec;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Stores the image as a JPEG of low quality (4:2:0, baseline tables) and reads it back. */
public record JpegCompression() implements Corruption {

  private static final SeverityTable QUALITY =
      new SeverityTable(
          new double[] {80, 65, 58, 50, 40},
          new double[] {65, 58, 50, 40, 25},
          new double[] {25, 18, 15, 10, 7});

  @Override
  public String id() {
    return "jpeg-compression";
  }

  @Override
  public Family family() {
    return Family.DIGITAL;
  }

  @Override
  public String description() {
    return "Stores the image as a JPEG of low quality and reads it back.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    int quality = (int) QUALITY.value(severity, dialect, this);
    return JpegCodec.roundTrip(clean.requireRgb(), quality);
  }
}
