package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.Bilinear;
import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Lays a picture of frosted glass over the image.
 *
 * @param textures the pictures; figures of different ones cannot be compared, so the dialect names
 *     them
 */
public record Frost(FrostTextures textures) implements Corruption {

  /** An image larger than the frost gets frost magnified to somewhat more than its size. */
  private static final double ROOM = 1.1;

  /** Share of the image and of the frost, and the scale of the frost. */
  private static final SeverityTable FROST =
      new SeverityTable(
          new double[][] {{1, .2, .2}, {1, .3, .2}, {.9, .4, .2}, {.85, .4, .2}, {.75, .45, .2}},
          new double[][] {{1, .3, .3}, {.9, .4, .3}, {.8, .45, .3}, {.75, .5, .3}, {.7, .55, .3}},
          new double[][] {{1, .4, 1}, {.8, .6, 1}, {.7, .7, 1}, {.65, .7, 1}, {.6, .75, 1}});

  /** Frost that the program draws. */
  public Frost() {
    this(FrostTextures.procedural());
  }

  @Override
  public String id() {
    return "frost";
  }

  @Override
  public Family family() {
    return Family.WEATHER;
  }

  @Override
  public String description() {
    return "Lays a picture of frosted glass over the image.";
  }

  @Override
  public String dialect(Dialect dialect) {
    return dialect.id() + " frost=" + textures.name();
  }

  @Override
  public Corruption with(FrostTextures frost) {
    return new Frost(frost);
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    double[] frost = FROST.row(severity, dialect, this);
    int height = clean.requireRgb().height();
    int width = clean.width();
    PixelImage texture = textures.get(rng.nextInt(FrostTextures.COUNT), frost[2]);
    double fit = Math.max((double) height / texture.height(), (double) width / texture.width());
    float[] piece = fit > 1 ? magnified(texture, fit * ROOM, clean, rng) : cut(texture, clean, rng);
    float imageShare = (float) frost[0];
    float frostShare = (float) frost[1];
    float[] in = clean.values();
    for (int i = 0; i < in.length; i++) {
      piece[i] = clip(imageShare * in[i] + frostShare * piece[i]);
    }
    return PixelImage.rgb(height, width, piece);
  }

  private static float[] cut(PixelImage texture, PixelImage clean, CounterRng rng) {
    int height = clean.height();
    int width = clean.width();
    int top = rng.nextInt(Math.max(1, texture.height() - height));
    int left = rng.nextInt(Math.max(1, texture.width() - width));
    float[] piece = new float[clean.values().length];
    for (int row = 0; row < 3 * height; row++) {
      int from = row / height * texture.area() + (top + row % height) * texture.width() + left;
      System.arraycopy(texture.values(), from, piece, row * width, width);
    }
    return piece;
  }

  private static float[] magnified(
      PixelImage texture, double scale, PixelImage clean, CounterRng rng) {
    int height = clean.height();
    int width = clean.width();
    double top = rng.nextDouble(0, texture.height() * scale - height);
    double left = rng.nextDouble(0, texture.width() * scale - width);
    float[] piece = new float[clean.values().length];
    Bilinear source =
        new Bilinear(texture.values(), texture.height(), texture.width(), Border.NEAREST);
    for (int y = 0, to = 0; y < height; y++) {
      double fromY = (top + y) / scale;
      int wholeY = (int) fromY;
      for (int x = 0; x < width; x++, to++) {
        double fromX = (left + x) / scale;
        int wholeX = (int) fromX;
        source.at(
            wholeY,
            (float) (fromY - wholeY),
            wholeX,
            (float) (fromX - wholeX),
            piece,
            to,
            clean.area());
      }
    }
    return piece;
  }
}
