package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;

import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Plasma;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Frost on glass, drawn: ferns of ice that branch at 60 degrees, lit from one side, over uneven
 * light. Each picture has the tint of a photograph of the original benchmark, but ice is bright on
 * dark glass. The photographs are brighter than most images, and with them the published weights
 * distort less at some severities than at the one before, because they dim the image more than they
 * add frost; what is mostly dark and partly bright distorts more at every step.
 */
final class FrostDrawing {

  private static final int SIDE = 512;
  private static final int AREA = SIDE * SIDE;
  private static final double BRANCH_ANGLE = Math.PI / 3;

  /** For each picture: red, green and blue of the tint; ferns; their length in pixels. */
  private static final double[][] PICTURES = {
    {.30, .58, .65, 160, 170},
    {.79, .81, .84, 500, 60},
    {.79, .81, .84, 380, 90},
    {.54, .60, .65, 900, 35},
    {.44, .48, .53, 240, 110}
  };

  /** Mean of green, before what is brighter than white is cut off. */
  private static final double MEAN = .25;

  /** Standard deviation of the logarithm of intensities. */
  private static final double CONTRAST = 2;

  private static final double RELIEF = 1.6;
  private static final double LIGHT = .3;
  private static final double CLOUDS = 2.2;
  private static final double GRAIN = .16;

  private final float[] ice = new float[AREA];
  private final CounterRng rng;

  private FrostDrawing(CounterRng rng) {
    this.rng = rng;
  }

  /** Returns a picture; see {@link FrostTextures#COUNT}. */
  static PixelImage draw(int number) {
    double[] picture = PICTURES[number];
    // Not the seed of a run: like a photograph, the picture is always the same.
    FrostDrawing drawing = new FrostDrawing(CounterRng.of(0, "frost picture", number));
    for (int i = 0; i < picture[3]; i++) {
      double length = picture[4] * drawing.rng.nextDouble(.3, 1);
      drawing.fern(
          drawing.rng.nextDouble(0, SIDE),
          drawing.rng.nextDouble(0, SIDE),
          drawing.rng.nextDouble(0, 2 * Math.PI),
          length,
          drawing.rng.nextDouble(.4, 1),
          2);
    }
    return drawing.develop(picture);
  }

  /** Grows a stem that bends a little, with pairs of shorter branches. */
  private void fern(
      double startX, double startY, double startAngle, double length, double density, int order) {
    double x = startX;
    double y = startY;
    double angle = startAngle;
    double next = rng.nextDouble(2, 5);
    for (double at = 0; at < length; at += .7) {
      double rest = 1 - at / length;
      dot(x, y, (float) (density * (.35 + .65 * rest)));
      x += .7 * StrictMath.cos(angle);
      y += .7 * StrictMath.sin(angle);
      angle += rng.nextDouble(-.03, .03);
      if (order > 0 && at > next) {
        next = at + rng.nextDouble(3, 6);
        double branch = .35 * length * rest * rng.nextDouble(.5, 1);
        fern(x, y, angle + BRANCH_ANGLE, branch, .85 * density, order - 1);
        fern(x, y, angle - BRANCH_ANGLE, branch, .85 * density, order - 1);
      }
    }
  }

  /** Thickens the ice around a point; opposite borders meet. */
  private void dot(double x, double y, float thickness) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    for (int dy = 0; dy <= 1; dy++) {
      for (int dx = 0; dx <= 1; dx++) {
        double share = (1 - Math.abs(x - left - dx)) * (1 - Math.abs(y - top - dy));
        int i = Math.floorMod(top + dy, SIDE) * SIDE + Math.floorMod(left + dx, SIDE);
        ice[i] = Math.max(ice[i], thickness * (float) share);
      }
    }
  }

  private PixelImage develop(double[] picture) {
    double[] light = Plasma.map(SIDE, CLOUDS, Plasma.draws(SIDE, CLOUDS, rng));
    float[] grain = new float[AREA];
    NormalDraws.fill(rng, grain, AREA);
    double[] shade = new double[AREA];
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < AREA; i++) {
      int upperLeft = Math.floorMod(i / SIDE - 1, SIDE) * SIDE + Math.floorMod(i - 1, SIDE);
      shade[i] = ice[i] + RELIEF * (ice[i] - ice[upperLeft]) + LIGHT * light[i] + GRAIN * grain[i];
      mean += shade[i] / AREA;
      squares += shade[i] * shade[i] / AREA;
    }
    double deviation = Math.sqrt(squares - mean * mean);
    float[] values = new float[3 * AREA];
    for (int i = 0; i < AREA; i++) {
      double standard = (shade[i] - mean) / deviation;
      double green = MEAN * StrictMath.exp(CONTRAST * standard - CONTRAST * CONTRAST / 2);
      for (int c = 0; c < 3; c++) {
        float value = PixelImage.clip((float) (green * picture[c] / picture[1]));
        values[c * AREA + i] = Math.round(value * MAX_LEVEL) / (float) MAX_LEVEL;
      }
    }
    return PixelImage.rgb(SIDE, SIDE, values);
  }
}
