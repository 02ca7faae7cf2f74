package dev.holdfast.models.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class HostToDeviceTest {

  @Test
  void arrays_keep_their_numbers_when_others_follow() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray first =
          HostToDevice.array(new float[] {1, -2, 3.5f, 4, 5, 6}, new Shape(2, 3), manager);
      NDArray second = HostToDevice.array(new float[] {7, 8}, new Shape(2, 1), manager);
      NDArray none = HostToDevice.array(new float[0], new Shape(0, 3), manager);
      assertThat(first.toFloatArray()).containsExactly(1, -2, 3.5f, 4, 5, 6);
      assertThat(first.getShape()).isEqualTo(new Shape(2, 3));
      assertThat(first.getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat(second.toFloatArray()).containsExactly(7, 8);
      assertThat(none.getShape()).isEqualTo(new Shape(0, 3));
    }
  }

  @Test
  void numbers_must_fill_the_shape() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HostToDevice.array(new float[5], new Shape(2, 3), manager));
    }
  }

  @Test
  void no_memory_gathers_outside_of_the_heap() {
    float[] values = new float[1 << 18];
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      HostToDevice.array(values, new Shape(values.length), manager).close();
      long before = direct();
      for (int i = 0; i < 100; i++) {
        HostToDevice.array(values, new Shape(values.length), manager).close();
      }
      // Others in this process may use some; a hundred buffers would be 100 MiB.
      assertThat(direct() - before).isLessThan(10L << 20);
    }
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
