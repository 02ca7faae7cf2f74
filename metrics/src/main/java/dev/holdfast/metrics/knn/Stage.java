package dev.holdfast.metrics.knn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A place outside the heap where the engine puts matrix products for Java to read. Reading them
 * with {@code toFloatArray} would copy them twice, on one thread.
 */
final class Stage implements AutoCloseable {

  /** {@code NDArray.toByteBuffer(boolean)}, or null: DJL 0.25 does not have it. */
  private static final MethodHandle DIRECT = direct();

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
    NDArray product = RowProducts.of(left, right, lent);
    try {
      return ((ByteBuffer) DIRECT.invokeExact(product, true)).order(ByteOrder.nativeOrder());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
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
