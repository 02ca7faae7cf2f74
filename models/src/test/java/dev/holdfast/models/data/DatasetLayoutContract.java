package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every layout must do with the twelve images of {@link Fixtures#twelveImages}. */
interface DatasetLayoutContract {

  DatasetLayout layout();

  /** Writes the twelve images in this layout; returns what a user would give. */
  Path writeTwelveImages(Path dir) throws IOException;

  @Test
  default void detects_and_lists_itself(@TempDir Path dir) throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));

    assertThat(layout().matches(data)).isTrue();
    assertThat(DatasetLayout.detect(data)).isEqualTo(layout());
    assertThat(layout().id()).matches("[a-z]+(-[a-z]+)*");
    assertThat(layout().description()).isNotBlank();
  }

  @Test
  default void sorts_items_by_path_and_labels_by_class_name(@TempDir Path dir) throws IOException {
    ImageSet set = layout().read(writeTwelveImages(dir.resolve("fruit")));

    assertThat(set.name()).isEqualTo("fruit");
    assertThat(set.classNames()).containsExactly("apple", "pear", "plum");
    assertThat(set.items()).hasSize(12).extracting(ImageItem::path).isSorted();
    assertThat(set.items().get(0).path()).isEqualTo("apple/image0.png");
    for (ImageItem item : set.items()) {
      assertThat(set.classNames().get((int) item.label())).isEqualTo(item.className());
      assertThat(item.path()).startsWith(item.className() + "/");
    }
  }

  @Test
  default void gives_the_same_ids_in_another_folder(@TempDir Path dir) throws IOException {
    ImageSet here = layout().read(writeTwelveImages(dir.resolve("here")));
    ImageSet there = layout().read(writeTwelveImages(dir.resolve("there")));

    assertThat(here.items()).isEqualTo(there.items());
    assertThat(here.items()).extracting(ImageItem::id).doesNotHaveDuplicates();
  }

  @Test
  default void decodes_its_items(@TempDir Path dir) throws IOException {
    ImageSet set = layout().read(writeTwelveImages(dir.resolve("fruit")));

    for (ImageItem item : set.items()) {
      assertThat(set.decode(item).width()).isEqualTo(10);
      assertThat(set.decode(item).height()).isEqualTo(9);
    }
    assertThat(set.items().stream().map(set::contentHash).distinct()).hasSize(12);
  }
}
