package dev.holdfast.harness.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReorderBufferTest {

  private static final int VALUES = 5;

  private static Perturbed perturbed(int item) {
    float[] image = new float[VALUES];
    for (int p = 0; p < VALUES; p++) {
      image[p] = item + p / 10f;
    }
    return new Perturbed(item, image, new float[] {item}, item, 2 * item, 3 * item);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1000})
  void hands_over_every_image_in_order_whatever_the_room_in_memory(int room) throws Exception {
    for (int seed = 0; seed < 5; seed++) {
      int[] order = IntStream.range(0, 60).toArray();
      CounterRng.of(seed, "order", 0).shuffle(order);
      List<Perturbed> passed = new ArrayList<>();
      try (ReorderBuffer inOrder = new ReorderBuffer(VALUES, room, passed::add)) {
        for (int item : order) {
          inOrder.accept(perturbed(item));
        }
      }
      assertThat(passed).hasSize(order.length);
      for (int item = 0; item < order.length; item++) {
        assertThat(passed.get(item)).usingRecursiveComparison().isEqualTo(perturbed(item));
      }
    }
  }
}
