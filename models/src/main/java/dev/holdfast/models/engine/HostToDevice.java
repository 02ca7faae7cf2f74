package dev.holdfast.models.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Transfer of batch after batch from Java to the engine. {@code NDManager.create(float[])} leaves a
 * buffer outside of the heap behind for each array, which only the garbage collector frees: with
 * much heap that is late, and gigabytes gather. Here each thread fills the one buffer that it has.
 */
public final class HostToDevice {

  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(0));

  private HostToDevice() {}

  /**
   * Returns a copy of numbers as an array of the engine.
   *
   * @param values as many as the shape has
   * @param manager the owner of the array
   */
  public static NDArray array(float[] values, Shape shape, NDManager manager) {
    int bytes = Math.multiplyExact(values.length, Float.BYTES);
    if (BUFFER.get().capacity() < bytes) {
      BUFFER.set(ByteBuffer.allocateDirect(bytes));
    }
    ByteBuffer buffer = BUFFER.get().slice(0, bytes).order(ByteOrder.nativeOrder());
    buffer.asFloatBuffer().put(values);
    // The engine works on the memory of the buffer, which the next call fills anew.
    try (NDArray shared = manager.create(buffer, shape, DataType.FLOAT32)) {
      return shared.duplicate();
    }
  }
}
