package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Plasma;
import dev.holdfast.attacks.imaging.Scratch;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;

/** Lays a cloud over the image. */
public record Fog() implements Corruption {

  /** The map of a longer side would need more than 2 GB. */
  private static final int LONGEST_SIDE = 1 << 14;

  /** How much fog is added, and how fast its detail fades. */
  private static final SeverityTable FOG =
      new SeverityTable(
          new double[][] {{.2, 3}, {.5, 3}, {.75, 2.5}, {1, 2}, {1.5, 1.75}},
          new double[][] {{.4, 3}, {.7, 3}, {1, 2.5}, {1.5, 2}, {2, 1.75}},
          new double[][] {{1.5, 2}, {2, 2}, {2.5, 1.7}, {2.5, 1.5}, {3, 1.4}});

  @Override
  public String id() {
    return "fog";
  }

  @Override
  public Family family() {
    return Family.WEATHER;
  }

  @Override
  public String description() {
    return "Lays a fractal cloud over the image.";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double decay = FOG.row(severity, dialect, this)[1];
    int longer = Math.max(clean.requireRgb().height(), clean.width());
    if (longer > LONGEST_SIDE) {
      throw InputException.of(
          "longer side",
          longer,
          "an image under fog",
          "be at most " + LONGEST_SIDE + " pixels, since the cloud is a square",
          "shrink the image");
    }
    int size = mapSize(clean.height(), clean.width());
    double[] draws = Plasma.draws(size, decay, rng);
    PixelImage foggy = cover(clean, severity, dialect, draws);
    Scratch.give(draws);
    return foggy;
  }

  /** Returns the side of the height map: the smallest power of two that covers the image. */
  static int mapSize(int height, int width) {
    int side = Math.max(2, Math.max(height, width));
    return Integer.highestOneBit(side - 1) << 1;
  }

  /** Covers with the cloud that follows from given numbers, see {@link Plasma#draws}. */
  PixelImage cover(PixelImage clean, int severity, Dialect dialect, double[] draws) {
    double[] fog = FOG.row(severity, dialect, this);
    int size = mapSize(clean.height(), clean.width());
    double[] map = Plasma.map(size, fog[1], draws);
    float[] in = clean.values();
    float[] out = new float[in.length];
    float amount = (float) fog[0];
    float brightest = 0;
    for (float value : in) {
      brightest = Math.max(brightest, value);
    }
    float scale = brightest / (brightest + amount);
    int width = clean.width();
    float[] cloud = new float[width];
    float[] line = new float[width];
    for (int y = 0; y < clean.height(); y++) {
      for (int x = 0; x < width; x++) {
        cloud[x] = amount * (float) map[y * size + x];
      }
      for (int row = y * width; row < in.length; row += clean.area()) {
        System.arraycopy(in, row, line, 0, width);
        for (int x = 0; x < width; x++) {
          line[x] = clip((line[x] + cloud[x]) * scale);
        }
        System.arraycopy(line, 0, out, row, width);
      }
    }
    Scratch.give(map);
    return PixelImage.rgb(clean.height(), width, out);
  }
}
