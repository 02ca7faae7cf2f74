package dev.holdfast.metrics.knn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.convolutional.Conv2d;
import java.util.List;
import java.util.stream.Stream;

/** Products of rows with rows, as fast as the engine has them. */
public final class RowProducts {

  /** PyTorch leaves smaller batches of 1 x 1 convolutions to the library of matrix products. */
  private static final int IMAGES = 16;

  /** Whether convolutions of float32 keep its precision, and have kernels of their own. */
  private static final boolean CONVOLVES =
      List.of("amd64", "x86_64").contains(System.getProperty("os.arch"))
          && Stream.of("ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE")
              .allMatch(name -> System.getenv(name) == null);

  private RowProducts() {}

  /** Returns a number of rows, no smaller than the given one, that is multiplied fast. */
  static int even(int rows) {
    return (Math.max(rows, 1) + IMAGES - 1) / IMAGES * IMAGES;
  }

  /**
   * Returns the products of all rows of {@code left} with all rows of {@code right}. Each is a
   * pixel for a 1 x 1 convolution, with its numbers for channels: for these the engine has code
   * that it makes for the processor at hand, on some of which its matrix products take twice as
   * long.
   *
   * @param owner owns the result
   */
  public static NDArray of(NDArray left, NDArray right, NDManager owner) {
    long count = left.getShape().get(0);
    try (NDManager temporary = owner.newSubManager()) {
      NDArray product =
          CONVOLVES
                  && left.getDataType() == DataType.FLOAT32
                  && left.getDevice().equals(Device.cpu())
                  && count % IMAGES == 0
              ? convolution(left, right, temporary)
              : left.matMul(in(temporary, right.transpose()));
      product.attach(owner);
      return product;
    }
  }

  private static NDArray convolution(NDArray left, NDArray right, NDManager temporary) {
    long count = left.getShape().get(0);
    long width = right.getShape().get(0);
    long dimension = left.getShape().get(1);
    // Channels last, which is where the numbers of a row are.
    NDArray images = in(temporary, left.reshape(IMAGES, count / IMAGES, 1, dimension));
    NDArray pixels = in(temporary, images.transpose(0, 3, 1, 2));
    NDArray filters = in(temporary, right.reshape(width, 1, 1, dimension));
    NDArray kernels = in(temporary, filters.transpose(0, 3, 1, 2));
    NDArray scores = in(temporary, Conv2d.conv2d(pixels, kernels).singletonOrThrow());
    return in(temporary, scores.transpose(0, 2, 3, 1)).reshape(count, width);
  }

  private static NDArray in(NDManager manager, NDArray array) {
    array.attach(manager);
    return array;
  }
}
