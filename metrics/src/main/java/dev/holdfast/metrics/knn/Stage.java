package dev.holdfast.metrics.knn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place outside the heap where the engine puts matrix products for Java to read. Reading them
 * with {@code toFloatArray} would copy them twice, on one thread.
 */
final class Stage implements AutoCloseable {

  /** {@code NDArray.toByteBuffer(boolean)}, or null: DJL 0.25 does not have it. */
  private static final MethodHandle DIRECT = direct();

  /** PyTorch leaves smaller batches of 1 x 1 convolutions to the library of matrix products. */
  private static final int IMAGES = 16;

  /** Whether convolutions of float32 keep its precision, and have kernels of their own. */
  private static final boolean CONVOLVES =
      List.of("amd64", "x86_64").contains(System.getProperty("os.arch"))
          && Stream.of("ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE")
              .allMatch(name -> System.getenv(name) == null);

  private final NDManager manager;
  private final DataType type;
  private final int capacity;
  private ByteBuffer memory;
  private NDManager lent;

  /**
   * @param parent is where the factors are
   * @param capacity the most numbers of one product
   */
  Stage(NDManager parent, DataType type, int capacity) {
    this.manager = parent.newSubManager(Device.cpu());
    this.type = type;
    this.capacity = capacity;
  }

  /** Returns the numbers, in native order, row by row. */
  ByteBuffer memory() {
    if (memory == null) {
      memory =
          ByteBuffer.allocateDirect(capacity * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    }
    return memory;
  }

  /**
   * Puts {@code left x right} into the memory.
   *
   * @param offset number at which the product is to begin
   */
  void multiply(NDArray left, NDArray right, int offset) {
    try (NDManager temporary = manager.newSubManager()) {
      NDArray product = left.matMul(right);
      product.attach(temporary);
      Shape shape = product.getShape();
      int width = type.getNumOfBytes();
      ByteBuffer part =
          memory().slice(offset * width, (int) shape.size() * width).order(ByteOrder.nativeOrder());
      temporary.create(part, shape, type).set(new NDIndex(":"), product);
    }
  }

  /**
   * Returns the products of all rows of {@code left} with all rows of {@code right}, in native
   * order, row by row, good until the next call: the engine's own memory where it shows that,
   * otherwise the {@link #memory}.
   */
  ByteBuffer rowProducts(NDArray left, NDArray right) {
    if (DIRECT == null || !left.getDevice().equals(Device.cpu())) {
      try (NDArray turned = right.transpose()) {
        multiply(left, turned, 0);
      }
      return memory();
    }
    giveBack();
    lent = manager.newSubManager();
    NDArray product = product(left, right, lent);
    try {
      return ((ByteBuffer) DIRECT.invokeExact(product, true)).order(ByteOrder.nativeOrder());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a number of rows, no smaller than the given one, that is multiplied fast. */
  static int even(int rows) {
    return (Math.max(rows, 1) + IMAGES - 1) / IMAGES * IMAGES;
  }

  /**
   * Multiplies rows. Each is a pixel for a 1 x 1 convolution, with its numbers for channels: for
   * these the engine has code that it makes for the processor at hand, on some of which its matrix
   * products take twice as long.
   */
  private NDArray product(NDArray left, NDArray right, NDManager owner) {
    long count = left.getShape().get(0);
    try (NDManager temporary = manager.newSubManager()) {
      NDArray product =
          type == DataType.FLOAT32 && CONVOLVES && count % IMAGES == 0
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

  private void giveBack() {
    if (lent != null) {
      lent.close();
    }
  }

  private static MethodHandle direct() {
    try {
      MethodType type = MethodType.methodType(ByteBuffer.class, boolean.class);
      return MethodHandles.publicLookup().findVirtual(NDArray.class, "toByteBuffer", type);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
