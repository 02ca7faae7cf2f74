package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Pictures for tests. */
final class Pictures {

  private static final int LEAVES = 400;

  private Pictures() {}

  /**
   * Returns an 8-bit picture of many rectangles, large ones below small ones, under fine grain.
   * Nothing in it repeats: blurring a pattern with a period does not get worse with every step.
   */
  static PixelImage detailed(int height, int width, long seed) {
    CounterRng rng = CounterRng.of(seed, "picture", 0);
    float[] values = plain(height, width, .5f).values();
    int area = height * width;
    for (int leaf = 1; leaf <= LEAVES; leaf++) {
      double reach = rng.nextDouble(.3, 1) / Math.sqrt(leaf);
      int top = (int) rng.nextDouble(-reach * height, height);
      int left = (int) rng.nextDouble(-reach * width, width);
      float[] color = {color(rng), color(rng), color(rng)};
      for (int y = Math.max(0, top); y < Math.min(height, top + reach * height); y++) {
        for (int x = Math.max(0, left); x < Math.min(width, left + reach * width); x++) {
          for (int c = 0; c < 3; c++) {
            values[c * area + y * width + x] = color[c];
          }
        }
      }
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(255 * (values[i] + rng.nextDouble(-.04, .04))) / 255f;
    }
    return PixelImage.rgb(height, width, values);
  }

  private static float color(CounterRng rng) {
    return (float) rng.nextDouble(.05, .95);
  }

  static PixelImage plain(int height, int width, float value) {
    float[] values = new float[3 * height * width];
    Arrays.fill(values, value);
    return PixelImage.rgb(height, width, values);
  }

  static PixelImage read(Path file) {
    try {
      var raster = ImageIO.read(file.toFile()).getRaster();
      int height = raster.getHeight();
      int width = raster.getWidth();
      int[] levels = raster.getPixels(0, 0, width, height, (int[]) null);
      float[] values = new float[levels.length];
      for (int i = 0; i < levels.length; i++) {
        values[i % 3 * height * width + i / 3] = levels[i] / 255f;
      }
      return PixelImage.rgb(height, width, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns row and column of the center of gravity of the first plane. */
  static double[] center(PixelImage picture) {
    double[] sums = new double[3];
    for (int i = 0; i < picture.area(); i++) {
      int row = i / picture.width();
      int column = i % picture.width();
      float value = picture.values()[i];
      sums[0] += value * row;
      sums[1] += value * column;
      sums[2] += value;
    }
    return new double[] {sums[0] / sums[2], sums[1] / sums[2]};
  }

  /** Returns the root mean square difference of two pictures. */
  static double rms(PixelImage a, PixelImage b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      double d = (double) a.values()[i] - b.values()[i];
      sum += d * d;
    }
    return Math.sqrt(sum / a.values().length);
  }
}
