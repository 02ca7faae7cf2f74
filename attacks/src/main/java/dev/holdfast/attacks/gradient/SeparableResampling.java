package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Separable resampling: a linear map of each image of a batch that acts on rows and columns apart:
 * V x H' for each channel x. Its adjoint takes a gradient back through it.
 *
 * @param vertical B x 1 x H x H, or one for all images
 * @param horizontal B x 1 x W x W, or one for all images
 */
record SeparableResampling(NDArray vertical, NDArray horizontal) {

  static SeparableResampling of(
      float[] vertical, int height, float[] horizontal, int width, int rows, NDManager manager) {
    return new SeparableResampling(
        manager.create(vertical, new Shape(rows, 1, height, height)),
        manager.create(horizontal, new Shape(rows, 1, width, width)));
  }

  NDArray apply(NDArray images) {
    return vertical.matMul(images).matMul(horizontal.swapAxes(2, 3));
  }

  NDArray adjoint(NDArray gradient) {
    return vertical.swapAxes(2, 3).matMul(gradient).matMul(horizontal);
  }

  /**
   * Fills in the matrix that resizes a line of pixels bilinearly, without antialiasing, and puts it
   * at an offset, zeros around it.
   *
   * @param matrices one of side x side for each row of a batch
   */
  static void resize(float[] matrices, int row, int side, int size, int offset) {
    int start = row * side * side;
    double scale = (double) side / size;
    for (int i = 0; i < size; i++) {
      double position = Math.max(0, (i + 0.5) * scale - 0.5);
      int low = Math.min(side - 1, (int) position);
      int high = Math.min(side - 1, low + 1);
      float weight = (float) (position - low);
      int line = start + (offset + i) * side;
      matrices[line + low] += 1 - weight;
      matrices[line + high] += weight;
    }
  }

  /** Returns the matrix that convolves a line of pixels, zeros around it, with a kernel. */
  static float[] band(float[] kernel, int side) {
    float[] matrix = new float[side * side];
    int center = kernel.length / 2;
    for (int i = 0; i < side; i++) {
      for (int k = 0; k < kernel.length; k++) {
        int j = i + k - center;
        if (j >= 0 && j < side) {
          matrix[i * side + j] = kernel[k];
        }
      }
    }
    return matrix;
  }
}
