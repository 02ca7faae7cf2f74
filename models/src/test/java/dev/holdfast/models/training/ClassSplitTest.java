package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassSplitTest {

  private static final Blobs IMAGES = new Blobs(20, 5, 1);

  private static Set<Long> labels(ClassSplit split) {
    return split.validation().stream().map(IMAGES::label).collect(Collectors.toSet());
  }

  @Test
  void every_image_is_on_one_side_and_no_class_on_both() {
    ClassSplit split = ClassSplit.of(IMAGES, new Validation(0.15), 4);
    assertThat(split.training()).hasSize(17).allMatch(c -> c.length == 5);
    assertThat(labels(split)).hasSize(3);
    assertThat(split.training())
        .allSatisfy(
            c ->
                assertThat(IntStream.of(c).mapToObj(IMAGES::label).collect(Collectors.toSet()))
                    .hasSize(1)
                    .doesNotContainAnyElementsOf(labels(split)));
    assertThat(
            Stream.concat(
                split.validation().stream(),
                split.training().stream().flatMap(c -> IntStream.of(c).boxed())))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void the_seed_chooses_the_classes() {
    assertThat(labels(ClassSplit.of(IMAGES, new Validation(0.15), 4)))
        .isEqualTo(labels(ClassSplit.of(IMAGES, new Validation(0.15), 4)))
        .isNotEqualTo(labels(ClassSplit.of(IMAGES, new Validation(0.15), 5)));
  }

  @Test
  void holds_out_at_least_two_classes_or_none() {
    assertThat(labels(ClassSplit.of(IMAGES, new Validation(0.01), 4))).hasSize(2);
    assertThat(ClassSplit.of(IMAGES, new Validation(0.0), 4).validation()).isEmpty();
  }

  @Test
  void at_least_two_classes_must_remain() {
    assertThatThrownBy(() -> ClassSplit.of(IMAGES, new Validation(0.95), 4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("when 19 are held out");
  }
}
