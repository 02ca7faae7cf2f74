package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {

  @TempDir private Path dir;
  private ImageSet fruit;

  @BeforeEach
  void read() {
    fruit = new FolderPerClass().read(Fixtures.twelveImages(dir));
  }

  @Test
  void ids_are_hashes_of_the_paths() {
    assertThat(fruit.items())
        .allSatisfy(item -> assertThat(item.id()).isEqualTo(CounterRng.hash(item.path())));
  }

  @Test
  void labels_count_anew_when_classes_are_left_out() {
    ImageSet kept = fruit.keepClasses(Set.of("plum", "pear"));

    assertThat(kept.classNames()).containsExactly("pear", "plum");
    assertThat(kept.items()).hasSize(8);
    assertThat(kept.items().get(0).label()).isZero();
    assertThat(kept.items().get(7).label()).isOne();
    assertThat(kept.items().get(7).id()).isEqualTo(fruit.items().get(11).id());
  }

  @Test
  void refuses_to_keep_fewer_than_two_classes() {
    assertThatThrownBy(() -> fruit.keepClasses(Set.of("plum")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("number of classes (1)");
  }

  @Test
  void a_limit_takes_the_smallest_hashes_and_keeps_the_labels() {
    List<ImageItem> expected =
        fruit.items().stream()
            .sorted((a, b) -> Long.compareUnsigned(order(a), order(b)))
            .limit(5)
            .sorted(Comparator.comparing(ImageItem::path))
            .toList();

    assertThat(fruit.limit(5, 9).items()).isEqualTo(expected);
    assertThat(fruit.limit(5, 9).classNames()).isEqualTo(fruit.classNames());
    assertThat(fruit.limit(5, 9).items()).isNotEqualTo(fruit.limit(5, 10).items());
    assertThat(fruit.limit(99, 9).items()).isEqualTo(fruit.items());
  }

  private static long order(ImageItem item) {
    return CounterRng.order(9, item.id());
  }
}
