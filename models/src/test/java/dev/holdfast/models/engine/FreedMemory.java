package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Makes what points to memory that was given back visible. */
public final class FreedMemory {

  private static final int BUFFERS = 20_000;

  private FreedMemory() {}

  /** Collects garbage and fills small pieces of memory that this has freed with NaN. */
  public static void overwrite() {
    System.gc();
    // Freeing is the work of another thread.
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    List<ByteBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < BUFFERS; i++) {
      buffers.add(ByteBuffer.allocateDirect(Float.BYTES).putInt(0, 0x7fc0_7fc0));
    }
    assertThat(buffers).hasSize(BUFFERS);
  }
}
