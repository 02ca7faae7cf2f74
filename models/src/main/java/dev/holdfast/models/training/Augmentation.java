package dev.holdfast.models.training;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;

/**
 * Random changes of training images that keep their class.
 *
 * @param flip whether half of the images are mirrored left to right; default true
 * @param crop the smallest share of the area that a random crop keeps, in (0,1]; the crop is
 *     stretched to the full size, its aspect ratio is log-uniform in [3/4, 4/3] times the image's;
 *     default 1: no crop
 * @param colorJitter brightness, contrast and saturation are each multiplied by a number from [1 -
 *     jitter, 1 + jitter], in [0,1]; default 0
 */
public record Augmentation(Boolean flip, Double crop, Double colorJitter) {

  private static final String OWNER = "the augmentation";
  private static final double LOG_RATIO = StrictMath.log(4.0 / 3);

  /** How often a crop that does not fit is drawn again; then the image stays whole. */
  private static final int ATTEMPTS = 10;

  /** Weights of red, green and blue in luma (ITU-R BT.601). */
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

  /** Puts the defaults in and checks the values. */
  public Augmentation {
    flip = flip == null || flip;
    crop = crop == null ? 1.0 : crop;
    colorJitter = colorJitter == null ? 0.0 : colorJitter;
    if (!(crop > 0 && crop <= 1)) {
      throw InputException.of(
          "crop", crop, OWNER, "be above 0 and at most 1", "try 0.5, or 1 for no crop");
    }
    if (!(colorJitter >= 0 && colorJitter <= 1)) {
      throw InputException.of("color_jitter", colorJitter, OWNER, "be in [0, 1]", "try 0.2");
    }
  }

  /**
   * Changes an image in place.
   *
   * @param images holds channels x height x width values in [0,1] from {@code offset} on; they stay
   *     in [0,1]
   */
  void apply(float[] images, int offset, int channels, int height, int width, CounterRng rng) {
    if (crop < 1) {
      crop(images, offset, channels, height, width, rng);
    }
    if (flip && rng.nextInt(2) == 1) {
      mirror(images, offset, channels * height, width);
    }
    if (colorJitter > 0) {
      jitter(images, offset, channels, height * width, rng);
    }
  }

  private void crop(
      float[] images, int offset, int channels, int height, int width, CounterRng rng) {
    double cutHeight = height;
    double cutWidth = width;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double area = rng.nextDouble(crop, 1);
      double ratio = StrictMath.exp(rng.nextDouble(-LOG_RATIO, LOG_RATIO));
      if (area * ratio <= 1 && area / ratio <= 1) {
        cutHeight = Math.sqrt(area / ratio) * height;
        cutWidth = Math.sqrt(area * ratio) * width;
        break;
      }
    }
    double top = rng.nextDouble() * (height - cutHeight);
    double left = rng.nextDouble() * (width - cutWidth);
    float[] source = new float[height * width];
    for (int c = 0; c < channels; c++) {
      int plane = offset + c * height * width;
      System.arraycopy(images, plane, source, 0, source.length);
      for (int y = 0; y < height; y++) {
        double sy = inside(top + (y + 0.5) * cutHeight / height - 0.5, height);
        int y0 = (int) sy;
        int y1 = Math.min(y0 + 1, height - 1);
        float fy = (float) (sy - y0);
        for (int x = 0; x < width; x++) {
          double sx = inside(left + (x + 0.5) * cutWidth / width - 0.5, width);
          int x0 = (int) sx;
          int x1 = Math.min(x0 + 1, width - 1);
          float fx = (float) (sx - x0);
          float above = mix(source[y0 * width + x0], source[y0 * width + x1], fx);
          float below = mix(source[y1 * width + x0], source[y1 * width + x1], fx);
          images[plane + y * width + x] = mix(above, below, fy);
        }
      }
    }
  }

  private static double inside(double position, int length) {
    return Math.max(0, Math.min(length - 1, position));
  }

  private static float mix(float a, float b, float part) {
    return a + (b - a) * part;
  }

  private static void mirror(float[] images, int offset, int rows, int width) {
    for (int row = 0; row < rows; row++) {
      int start = offset + row * width;
      for (int i = start, j = start + width - 1; i < j; i++, j--) {
        float swapped = images[i];
        images[i] = images[j];
        images[j] = swapped;
      }
    }
  }

  private void jitter(float[] images, int offset, int channels, int plane, CounterRng rng) {
    float brightness = (float) rng.nextDouble(1 - colorJitter, 1 + colorJitter);
    float contrast = (float) rng.nextDouble(1 - colorJitter, 1 + colorJitter);
    float saturation = (float) rng.nextDouble(1 - colorJitter, 1 + colorJitter);
    int size = channels * plane;
    double sum = 0;
    for (int i = offset; i < offset + size; i++) {
      images[i] = clamp(images[i] * brightness);
      sum += images[i];
    }
    float mean = (float) (sum / size);
    for (int i = offset; i < offset + size; i++) {
      images[i] = clamp(mix(mean, images[i], contrast));
    }
    if (channels == 1) {
      return;
    }
    for (int i = offset; i < offset + plane; i++) {
      float gray = 0;
      for (int c = 0; c < channels; c++) {
        gray += LUMA[c] * images[i + c * plane];
      }
      for (int c = 0; c < channels; c++) {
        images[i + c * plane] = clamp(mix(gray, images[i + c * plane], saturation));
      }
    }
  }

  private static float clamp(float value) {
    return Math.max(0, Math.min(1, value));
  }
}
