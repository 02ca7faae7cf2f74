package dev.holdfast.metrics.knn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A place outside the heap where the engine puts matrix products for Java to read. Reading them
 * with {@code toFloatArray} would copy them twice, on one thread.
 */
final class Stage implements AutoCloseable {

  private final NDManager manager;
  private final DataType type;
  private final ByteBuffer memory;

  /**
   * @param parent is where the factors are
   * @param capacity the most numbers of one product
   */
  Stage(NDManager parent, DataType type, int capacity) {
    this.manager = parent.newSubManager(Device.cpu());
    this.type = type;
    this.memory =
        ByteBuffer.allocateDirect(capacity * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
  }

  /** Returns the numbers, in native order, row by row. */
  ByteBuffer memory() {
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
          memory.slice(offset * width, (int) shape.size() * width).order(ByteOrder.nativeOrder());
      temporary.create(part, shape, type).set(new NDIndex(":"), product);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
