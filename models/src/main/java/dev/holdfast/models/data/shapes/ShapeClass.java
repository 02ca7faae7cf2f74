package dev.holdfast.models.data.shapes;

import dev.holdfast.metrics.random.CounterRng;

/**
 * What all images of one class of {@link Shapes} share. Lengths are in units of the object's size;
 * angles are in turns.
 *
 * @param radius the outline: the distance from the center in {@value #ANGLES} directions, with a
 *     mean square of 1
 * @param hole the size of the hole in relation to the outline, 0 for none
 * @param flatness height in relation to width, at most 1
 * @param texture the pattern inside the outline
 * @param frequency repetitions of the pattern per unit of length (per turn for spokes)
 * @param angle the direction of the pattern
 * @param share the part of the pattern's period that has the first color
 * @param first hue, saturation and value of the first color, each in [0,1]
 * @param second hue, saturation and value of the second color
 */
@SuppressWarnings("ArrayRecordComponent")
record ShapeClass(
    double[] radius,
    double hole,
    double flatness,
    Texture texture,
    double frequency,
    double angle,
    double share,
    double[] first,
    double[] second) {

  /** The patterns. */
  enum Texture {
    STRIPES,
    CHECKS,
    DOTS,
    RINGS,
    SPOKES,
    RIM
  }

  static final int ANGLES = 720;

  /** Classes share this many hues, so that color tells families of classes apart at best. */
  private static final int HUES = 3;

  private static final double HUE_SPREAD = 0.02;

  /** Returns class {@code index} of the set that belongs to a seed. */
  static ShapeClass of(long seed, int index) {
    CounterRng random = CounterRng.of(seed, "shapes-class", index);
    double hue = random.nextInt(HUES) / (double) HUES + random.nextDouble(0, HUE_SPREAD);
    double[] steps = {0.45, 0.15};
    double secondHue = hue + steps[random.nextInt(steps.length)];
    double hole = random.nextInt(4) == 0 ? random.nextDouble(0.3, 0.6) : 0;
    Texture texture = Texture.values()[random.nextInt(Texture.values().length)];
    double frequency =
        texture == Texture.SPOKES ? 4 + random.nextInt(4) : random.nextDouble(1.4, 2.8);
    return new ShapeClass(
        outline(random),
        hole,
        random.nextDouble(0.65, 1),
        texture,
        frequency,
        random.nextDouble(),
        random.nextDouble(0.35, 0.65),
        new double[] {hue, random.nextDouble(0.65, 0.85), random.nextDouble(0.8, 0.95)},
        new double[] {secondHue, random.nextDouble(0.5, 0.8), random.nextDouble(0.3, 0.5)});
  }

  private static double[] outline(CounterRng random) {
    double[] radius = new double[ANGLES];
    int kind = random.nextInt(4);
    int corners = 3 + random.nextInt(5);
    double depth = random.nextDouble(0.35, 0.7);
    double[] n = {random.nextDouble(0.5, 3), random.nextDouble(0.6, 5), random.nextDouble(0.6, 5)};
    double[][] waves = new double[4][];
    for (int i = 0; i < waves.length; i++) {
      waves[i] = new double[] {random.nextDouble(0.05, 0.25), random.nextDouble()};
    }
    double squares = 0;
    for (int i = 0; i < ANGLES; i++) {
      double turn = i / (double) ANGLES;
      radius[i] =
          switch (kind) {
            case 0 -> polygon(turn, corners);
            case 1 -> star(turn, corners, depth);
            case 2 -> superformula(turn, corners, n);
            default -> blob(turn, waves);
          };
      squares += radius[i] * radius[i];
    }
    double size = Math.sqrt(squares / ANGLES);
    for (int i = 0; i < ANGLES; i++) {
      radius[i] = Math.min(2, radius[i] / size);
    }
    return radius;
  }

  private static double polygon(double turn, int corners) {
    double part = turn * corners - Math.floor(turn * corners) - 0.5;
    return StrictMath.cos(Math.PI / corners) / StrictMath.cos(2 * Math.PI * part / corners);
  }

  /** A straight edge from a tip of radius 1 to a notch of radius {@code depth}. */
  private static double star(double turn, int corners, double depth) {
    double part = Math.abs(turn * corners - Math.floor(turn * corners) - 0.5) * 2;
    double half = Math.PI / corners;
    double angle = (1 - part) * half;
    return depth
        * StrictMath.sin(half)
        / (StrictMath.sin(angle) + depth * StrictMath.sin(half - angle));
  }

  /** The superformula (Gielis, American Journal of Botany 90, 2003) with a = b = 1. */
  private static double superformula(double turn, int corners, double[] n) {
    double angle = Math.PI * turn * corners / 2;
    double sum =
        StrictMath.pow(Math.abs(StrictMath.cos(angle)), n[1])
            + StrictMath.pow(Math.abs(StrictMath.sin(angle)), n[2]);
    return Math.max(0.25, Math.min(1.8, StrictMath.pow(sum, -1 / (2 * n[0]))));
  }

  private static double blob(double turn, double[][] waves) {
    double sum = 1;
    for (int i = 0; i < waves.length; i++) {
      sum += waves[i][0] * StrictMath.cos(2 * Math.PI * ((i + 2) * turn + waves[i][1]));
    }
    return Math.max(0.25, sum);
  }
}
