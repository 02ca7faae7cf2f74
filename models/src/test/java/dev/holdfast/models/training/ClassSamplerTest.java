package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ClassSamplerTest {

  /** Classes of the tens; the last has one image. */
  private static final List<int[]> CLASSES =
      List.of(
          new int[] {0, 1, 2, 3, 4},
          new int[] {10, 11, 12},
          new int[] {20, 21, 22, 23},
          new int[] {30});

  private final ClassSampler sampler = new ClassSampler(CLASSES, 9, 3, false, 7);

  @Test
  void a_batch_holds_different_classes_and_different_images_of_each() {
    for (int step = 0; step < 200; step++) {
      int[] batch = sampler.batch(step);
      assertThat(batch).hasSize(9);
      TreeSet<Integer> classes = new TreeSet<>();
      for (int c = 0; c < 3; c++) {
        int[] group = Arrays.copyOfRange(batch, 3 * c, 3 * c + 3);
        int tens = group[0] / 10;
        classes.add(tens);
        assertThat(Arrays.stream(group).map(i -> i / 10)).containsOnly(tens);
        assertThat(Arrays.stream(group).distinct().count()).isEqualTo(tens == 3 ? 1 : 3);
      }
      assertThat(classes).hasSize(3);
    }
  }

  @Test
  void a_batch_depends_on_seed_and_step_alone() {
    ClassSampler again = new ClassSampler(CLASSES, 9, 3, false, 7);
    assertThat(again.batch(41)).isEqualTo(sampler.batch(41));
    assertThat(sampler.batch(42)).isNotEqualTo(sampler.batch(41));
    assertThat(new ClassSampler(CLASSES, 9, 3, false, 8).batch(41)).isNotEqualTo(sampler.batch(41));
  }

  @Test
  void classes_and_images_are_drawn_equally_often() {
    int[] counts = new int[40];
    for (int step = 0; step < 4000; step++) {
      Arrays.stream(sampler.batch(step)).forEach(i -> counts[i]++);
    }
    // Each class is in 3 of 4 batches: 3000 times 3 images.
    for (int[] images : CLASSES) {
      for (int i : images) {
        assertThat((double) counts[i]).isBetween(8600.0 / images.length, 9400.0 / images.length);
      }
    }
  }

  @Test
  void too_few_classes_are_refused() {
    assertThatThrownBy(() -> new ClassSampler(CLASSES, 15, 3, false, 7))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("batch_size (15)")
        .hasMessageContaining("set it to 12");
  }

  @Test
  void with_replacement_classes_and_images_may_come_twice_and_few_classes_are_enough() {
    ClassSampler drawing = new ClassSampler(CLASSES, 300, 3, true, 7);
    int[] batch = drawing.batch(3);
    assertThat(batch).hasSize(300).isEqualTo(drawing.batch(3)).isNotEqualTo(drawing.batch(4));
    TreeSet<Integer> seen = new TreeSet<>();
    for (int c = 0; c < 100; c++) {
      int[] three = Arrays.copyOfRange(batch, 3 * c, 3 * c + 3);
      assertThat(CLASSES)
          .as("all three are of one class")
          .anyMatch(
              images ->
                  Arrays.stream(three).allMatch(i -> Arrays.stream(images).anyMatch(x -> x == i)));
      Arrays.stream(three).forEach(seen::add);
    }
    assertThat(seen).hasSize(CLASSES.stream().mapToInt(c -> c.length).sum());
  }
}
