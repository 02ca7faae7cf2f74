package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.MotionFilter;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Blurs along a line in any direction, as when the camera or the object moves; {@link MotionBlur}
 * stays near the horizontal. The pixel at the border goes on for ever.
 */
public record MotionAnyDirection() implements Corruption {

  private static final double TURN = 360;

  /** How far the line runs in pixels, and the standard deviation along it. */
  private static final SeverityTable LINE =
      new SeverityTable(
          new double[][] {{1, 1}, {2, 1.5}, {3, 2}, {4, 3}, {6, 5}},
          new double[][] {{2, 1.5}, {4, 2.5}, {6, 4}, {8, 6}, {11, 9}},
          new double[][] {{6, 4}, {11, 8}, {16, 12}, {22, 17}, {30, 24}});

  @Override
  public String id() {
    return "motion-any-direction";
  }

  @Override
  public Family family() {
    return Family.SCENE;
  }

  @Override
  public String description() {
    return "Blurs along a line in any direction, as when the object moves.";
  }

  @Override
  public String source() {
    return "Kar, Yeo, Atanov and Zamir, 3D Common Corruptions and Data Augmentation, CVPR 2022,"
        + " arXiv:2203.01441";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] line = LINE.row(severity, dialect, this);
    MotionFilter filter = new MotionFilter(line[0], line[1], rng.nextDouble(0, TURN));
    return PixelImage.rgb(clean.height(), clean.width(), filter.blur(clean.requireRgb()));
  }
}
