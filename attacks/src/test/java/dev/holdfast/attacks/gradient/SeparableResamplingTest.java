package dev.holdfast.attacks.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class SeparableResamplingTest {

  private static final int H = 7;
  private static final int W = 9;

  private static float[] numbers(String purpose, int count) {
    CounterRng rng = CounterRng.of(1, purpose, 0);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) rng.nextDouble();
    }
    return numbers;
  }

  /** Bilinear, pixel centers at halves, without antialiasing. */
  private static double at(float[] image, int height, int width, double y, double x) {
    double py = Math.max(0, y);
    double px = Math.max(0, x);
    int y0 = Math.min(height - 1, (int) py);
    int x0 = Math.min(width - 1, (int) px);
    int y1 = Math.min(height - 1, y0 + 1);
    int x1 = Math.min(width - 1, x0 + 1);
    double fy = py - y0;
    double fx = px - x0;
    return (1 - fy) * ((1 - fx) * image[y0 * width + x0] + fx * image[y0 * width + x1])
        + fy * ((1 - fx) * image[y1 * width + x0] + fx * image[y1 * width + x1]);
  }

  @Test
  void resizes_each_image_of_a_batch_and_puts_it_on_black() {
    int[][] sizes = {{5, 6, 1, 2}, {H, W, 0, 0}, {3, 8, 4, 1}};
    float[] vertical = new float[sizes.length * H * H];
    float[] horizontal = new float[sizes.length * W * W];
    for (int i = 0; i < sizes.length; i++) {
      SeparableResampling.resize(vertical, i, H, sizes[i][0], sizes[i][2]);
      SeparableResampling.resize(horizontal, i, W, sizes[i][1], sizes[i][3]);
    }
    float[] images = numbers("images", sizes.length * H * W);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      SeparableResampling operators =
          SeparableResampling.of(vertical, H, horizontal, W, sizes.length, manager);
      NDArray batch = manager.create(images, new Shape(sizes.length, 1, H, W));
      float[] resized = operators.apply(batch).toFloatArray();
      for (int i = 0; i < sizes.length; i++) {
        float[] image = java.util.Arrays.copyOfRange(images, i * H * W, (i + 1) * H * W);
        int[] s = sizes[i];
        for (int y = 0; y < H; y++) {
          for (int x = 0; x < W; x++) {
            boolean inside = y >= s[2] && y < s[2] + s[0] && x >= s[3] && x < s[3] + s[1];
            double expected =
                inside
                    ? at(
                        image,
                        H,
                        W,
                        (y - s[2] + 0.5) * H / s[0] - 0.5,
                        (x - s[3] + 0.5) * W / s[1] - 0.5)
                    : 0;
            assertThat((double) resized[i * H * W + y * W + x])
                .as("image %d at %d, %d", i, y, x)
                .isCloseTo(expected, within(1e-6));
          }
        }
      }
      // <A x, y> = <x, A' y>
      NDArray other = manager.create(numbers("other", images.length), batch.getShape());
      float left = operators.apply(batch).mul(other).sum().getFloat();
      float right = batch.mul(operators.adjoint(other)).sum().getFloat();
      assertThat(left).isCloseTo(right, within(1e-5f * Math.abs(left)));
    }
  }

  @Test
  void smooths_by_a_convolution_with_zeros_around() {
    MomentumSteps.Smoothing smoothing = new MomentumSteps.Smoothing(5, 2);
    float[] kernel = smoothing.kernel();
    double sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      assertThat(kernel[i]).isEqualTo(kernel[kernel.length - 1 - i]);
      assertThat((double) kernel[i] / kernel[2])
          .isCloseTo(Math.exp(-(i - 2) * (i - 2) / 2.0), within(1e-6));
      sum += kernel[i];
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
    float[] gradient = numbers("gradient", 2 * H * W);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      float[] smooth =
          smoothing.apply(manager.create(gradient, new Shape(1, 2, H, W))).toFloatArray();
      for (int c = 0; c < 2; c++) {
        for (int y = 0; y < H; y++) {
          for (int x = 0; x < W; x++) {
            double expected = 0;
            for (int a = -2; a <= 2; a++) {
              for (int b = -2; b <= 2; b++) {
                if (y + a >= 0 && y + a < H && x + b >= 0 && x + b < W) {
                  expected +=
                      (double) kernel[a + 2]
                          * kernel[b + 2]
                          * gradient[c * H * W + (y + a) * W + x + b];
                }
              }
            }
            assertThat((double) smooth[c * H * W + y * W + x]).isCloseTo(expected, within(1e-6));
          }
        }
      }
    }
  }
}
