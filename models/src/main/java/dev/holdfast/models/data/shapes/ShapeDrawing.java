package dev.holdfast.models.data.shapes;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.image.RgbImage;
import java.util.List;

/**
 * Draws one image of {@link Shapes}. Coordinates run from -1 to 1 across the image. Only {@code
 * StrictMath} and arithmetic are used, so that every machine draws the same bytes.
 */
final class ShapeDrawing {

  static final int SIZE = 64;

  // How hard the data set is.
  private static final double SHIFT = 0.14;
  private static final double SMALLEST = 0.46;
  private static final double LARGEST = 0.66;
  private static final double ROTATION_TURNS = 0.07;
  private static final double SHEAR = 0.18;
  private static final double PERSPECTIVE = 0.2;
  private static final double HUE_SHIFT = 0.035;
  private static final double CAST = 0.2;
  private static final double LIGHT = 0.3;
  private static final double BACKGROUND_SATURATION = 0.4;
  private static final double DARKEST_BACKGROUND = 0.3;
  private static final double BRIGHTEST_BACKGROUND = 0.9;
  private static final int FEWEST_DISTRACTORS = 1;
  private static final int MOST_DISTRACTORS = 4;
  private static final double OCCLUDED_SHARE = 0.6;
  private static final double BLURRED_SHARE = 0.5;
  private static final double NOISE = 0.06;

  private static final int SAMPLES = 2;
  private static final int FINE = SIZE * SAMPLES;

  private final CounterRng random;
  private final double[] fine = new double[3 * FINE * FINE];

  private ShapeDrawing(CounterRng random) {
    this.random = random;
  }

  /**
   * Returns one image.
   *
   * @param shape the class of the object
   * @param distractors what lies around it, smaller; none of them is a class of the data set
   * @param seed the seed of the data set
   * @param id the item id
   */
  static RgbImage draw(ShapeClass shape, List<ShapeClass> distractors, long seed, long id) {
    ShapeDrawing drawing = new ShapeDrawing(CounterRng.of(seed, "shapes-image", id));
    drawing.background(distractors);
    Placement object = drawing.object(shape);
    drawing.occluder(object);
    return drawing.develop();
  }

  private void background(List<ShapeClass> distractors) {
    double[] one = backgroundColor();
    double[] other = backgroundColor();
    double turn = random.nextDouble();
    double dx = StrictMath.cos(2 * Math.PI * turn);
    double dy = StrictMath.sin(2 * Math.PI * turn);
    for (int i = 0; i < FINE * FINE; i++) {
      double share = Math.max(0, Math.min(1, 0.5 + 0.5 * (dx * x(i) + dy * y(i))));
      for (int channel = 0; channel < 3; channel++) {
        fine[3 * i + channel] = one[channel] * (1 - share) + other[channel] * share;
      }
    }
    int count = FEWEST_DISTRACTORS + random.nextInt(MOST_DISTRACTORS - FEWEST_DISTRACTORS + 1);
    for (int i = 0; i < count; i++) {
      ShapeClass shape = distractors.get(random.nextInt(distractors.size()));
      Placement place =
          new Placement(
              random.nextDouble(-1, 1),
              random.nextDouble(-1, 1),
              random.nextDouble(0.1, 0.3),
              random.nextDouble(),
              0,
              0,
              0);
      paint(shape, place);
    }
  }

  private Placement object(ShapeClass shape) {
    Placement place =
        new Placement(
            random.nextDouble(-SHIFT, SHIFT),
            random.nextDouble(-SHIFT, SHIFT),
            random.nextDouble(SMALLEST, LARGEST),
            random.nextDouble(-ROTATION_TURNS, ROTATION_TURNS),
            random.nextDouble(-SHEAR, SHEAR),
            random.nextDouble(-PERSPECTIVE, PERSPECTIVE),
            random.nextDouble(-PERSPECTIVE, PERSPECTIVE));
    paint(shape, place);
    return place;
  }

  /** Covers one side of the object with a bar. */
  private void occluder(Placement object) {
    double turn = random.nextDouble();
    double distance = object.size() * random.nextDouble(0.2, 0.9);
    double width = random.nextDouble(0.08, 0.2);
    double[] color = anyColor();
    if (random.nextDouble() >= OCCLUDED_SHARE) {
      return;
    }
    double dx = StrictMath.cos(2 * Math.PI * turn);
    double dy = StrictMath.sin(2 * Math.PI * turn);
    for (int i = 0; i < FINE * FINE; i++) {
      double along = dx * (x(i) - object.x()) + dy * (y(i) - object.y());
      if (Math.abs(along - distance) < width) {
        System.arraycopy(color, 0, fine, 3 * i, 3);
      }
    }
  }

  private void paint(ShapeClass shape, Placement place) {
    double shift = random.nextDouble(-HUE_SHIFT, HUE_SHIFT);
    double[] first = rgb(shape.first()[0] + shift, shape.first()[1], shape.first()[2]);
    double[] second = rgb(shape.second()[0] + shift, shape.second()[1], shape.second()[2]);
    double phase = random.nextDouble();
    double reach = 4 * place.size();
    double cos = StrictMath.cos(2 * Math.PI * place.turn());
    double sin = StrictMath.sin(2 * Math.PI * place.turn());
    double textureCos = StrictMath.cos(2 * Math.PI * shape.angle());
    double textureSin = StrictMath.sin(2 * Math.PI * shape.angle());
    for (int i = 0; i < FINE * FINE; i++) {
      double dx = x(i) - place.x();
      double dy = y(i) - place.y();
      if (Math.abs(dx) > reach || Math.abs(dy) > reach) {
        continue;
      }
      double depth = (1 + place.tiltX() * dx + place.tiltY() * dy) * place.size();
      double u = (cos * dx + sin * dy) / depth;
      double v = (cos * dy - sin * dx) / depth;
      u += place.shear() * v;
      v /= shape.flatness();
      double distance = Math.sqrt(u * u + v * v);
      if (depth <= 0 || distance > 2) {
        continue;
      }
      double turn = turn(u, v);
      double edge = shape.radius()[(int) (turn * ShapeClass.ANGLES) % ShapeClass.ANGLES];
      if (distance > edge || distance < shape.hole() * edge) {
        continue;
      }
      double s = shape.frequency() * (textureCos * u + textureSin * v) + phase;
      double t = shape.frequency() * (textureCos * v - textureSin * u) + phase;
      boolean isFirst =
          switch (shape.texture()) {
            case STRIPES -> fraction(s) < shape.share();
            case CHECKS -> (fraction(s) < 0.5) == (fraction(t) < 0.5);
            case DOTS -> {
              double a = fraction(s) - 0.5;
              double b = fraction(t) - 0.5;
              yield a * a + b * b < 0.25 * shape.share();
            }
            case RINGS -> fraction(shape.frequency() * distance) < shape.share();
            case SPOKES -> fraction(shape.frequency() * turn + shape.angle()) < shape.share();
            case RIM -> distance < (0.4 + 0.5 * shape.share()) * edge;
          };
      System.arraycopy(isFirst ? first : second, 0, fine, 3 * i, 3);
    }
  }

  /** Averages the samples, then adds what light and camera do. */
  private RgbImage develop() {
    double[] image = new double[3 * SIZE * SIZE];
    for (int i = 0; i < FINE * FINE; i++) {
      int pixel = i / FINE / SAMPLES * SIZE + i % FINE / SAMPLES;
      for (int channel = 0; channel < 3; channel++) {
        image[3 * pixel + channel] += fine[3 * i + channel] / (SAMPLES * SAMPLES);
      }
    }
    double[] cast = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      cast[channel] = 1 + random.nextDouble(-CAST, CAST);
    }
    double turn = random.nextDouble();
    double strength = random.nextDouble(0, LIGHT);
    double lightX = strength * StrictMath.cos(2 * Math.PI * turn);
    double lightY = strength * StrictMath.sin(2 * Math.PI * turn);
    double noise = random.nextDouble(0, NOISE);
    boolean blurred = random.nextDouble() < BLURRED_SHARE;
    double[] exposed = blurred ? blur(image) : image;
    byte[] rgb = new byte[exposed.length];
    for (int i = 0; i < rgb.length; i++) {
      int column = i / 3 % SIZE;
      int row = i / 3 / SIZE;
      double light =
          1 + lightX * ((column + 0.5) * 2 / SIZE - 1) + lightY * ((row + 0.5) * 2 / SIZE - 1);
      double level = exposed[i] * cast[i % 3] * light + noise * noise();
      rgb[i] = (byte) (int) Math.max(0, Math.min(255, Math.floor(level * 255 + 0.5)));
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  /** Returns nearly normal noise of variance 1: the sum of four 16-bit numbers. */
  private double noise() {
    long bits = random.nextLong();
    double sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum / 65535 - 2) * Math.sqrt(3);
  }

  /** A 3 x 3 binomial filter. */
  private static double[] blur(double[] image) {
    double[] result = new double[image.length];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        for (int dy = -1; dy <= 1; dy++) {
          for (int dx = -1; dx <= 1; dx++) {
            int from = clamp(y + dy) * SIZE + clamp(x + dx);
            double weight = (2 - Math.abs(dx)) * (2 - Math.abs(dy)) / 16.0;
            for (int channel = 0; channel < 3; channel++) {
              result[3 * (y * SIZE + x) + channel] += weight * image[3 * from + channel];
            }
          }
        }
      }
    }
    return result;
  }

  private static int clamp(int index) {
    return Math.max(0, Math.min(SIZE - 1, index));
  }

  private double[] anyColor() {
    return rgb(random.nextDouble(), random.nextDouble(0, 0.9), random.nextDouble(0.2, 1));
  }

  private double[] backgroundColor() {
    return rgb(
        random.nextDouble(),
        random.nextDouble(0, BACKGROUND_SATURATION),
        random.nextDouble(DARKEST_BACKGROUND, BRIGHTEST_BACKGROUND));
  }

  private static double x(int sample) {
    return (sample % FINE + 0.5) * 2 / FINE - 1;
  }

  private static double y(int sample) {
    int row = sample / FINE;
    return (row + 0.5) * 2 / FINE - 1;
  }

  private static double fraction(double value) {
    return value - Math.floor(value);
  }

  /** Returns the color with a hue, saturation and value (HSV). */
  private static double[] rgb(double hue, double saturation, double value) {
    double[] rgb = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      double position = fraction(hue - channel / 3.0 + 0.5) * 6 - 3;
      double pure = Math.max(0, Math.min(1, 2 - Math.abs(position)));
      rgb[channel] = value * (1 - saturation * (1 - pure));
    }
    return rgb;
  }

  /**
   * Returns the angle of a vector in turns, [0, 1], to about 0.0002. A polynomial, since {@code
   * StrictMath.atan2} would take most of the time.
   */
  private static double turn(double u, double v) {
    double a = Math.abs(u);
    double b = Math.abs(v);
    double ratio = Math.max(a, b) == 0 ? 0 : Math.min(a, b) / Math.max(a, b);
    double eighth = ratio * (0.125 + (1 - ratio) * (0.0388 + 0.0104 * ratio));
    double quarter = b > a ? 0.25 - eighth : eighth;
    double half = u < 0 ? 0.5 - quarter : quarter;
    return v < 0 ? 1 - half : half;
  }

  /**
   * Where an object stands: center, size, rotation in turns, shear, and tilt towards the viewer.
   */
  private record Placement(
      double x, double y, double size, double turn, double shear, double tiltX, double tiltY) {}
}
