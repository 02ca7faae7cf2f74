package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every layout must do with a data set of twelve images of 10 x 9 pixels. */
interface DatasetLayoutContract {

  DatasetLayout layout();

  /** Writes twelve images in this layout; returns what a user would give. */
  Path writeTwelveImages(Path dir) throws IOException;

  /** Returns the classes that these images have, sorted. */
  default List<String> classes() {
    return List.of("apple", "pear", "plum");
  }

  /** Reads them; an official data set of twelve images is a subset. */
  default ImageSet read(Path data) {
    return layout().read(data, true);
  }

  @Test
  default void detects_and_lists_itself(@TempDir Path dir) throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));

    assertThat(layout().matches(data)).isTrue();
    assertThat(DatasetLayout.detect(data)).isEqualTo(layout());
    assertThat(layout().id()).matches("[a-z0-9]+(-[a-z0-9]+)*");
    assertThat(layout().description()).isNotBlank();
    assertThat(layout().source()).isNotNull();
    assertThat(layout().protocol()).contains("protocol=" + read(data).protocol().id());
  }

  @Test
  default void sorts_items_by_path_and_labels_by_class_name(@TempDir Path dir) throws IOException {
    ImageSet set = read(writeTwelveImages(dir.resolve("fruit")));

    assertThat(set.classNames()).containsExactlyElementsOf(classes());
    assertThat(set.items()).hasSize(12).extracting(ImageItem::path).isSorted();
    for (ImageItem item : set.items()) {
      assertThat(set.classNames().get((int) item.label())).isEqualTo(item.className());
      assertThat(item.path()).doesNotContain("\\").doesNotStartWith("/");
    }
  }

  @Test
  default void gives_the_same_ids_in_another_folder(@TempDir Path dir) throws IOException {
    ImageSet here = read(writeTwelveImages(dir.resolve("here")));
    ImageSet there = read(writeTwelveImages(dir.resolve("there")));

    assertThat(here.items()).isEqualTo(there.items());
    assertThat(here.items()).extracting(ImageItem::id).doesNotHaveDuplicates();
  }

  @Test
  default void decodes_its_items(@TempDir Path dir) throws IOException {
    ImageSet set = read(writeTwelveImages(dir.resolve("fruit")));

    for (ImageItem item : set.items()) {
      assertThat(set.decode(item).width()).isEqualTo(10);
      assertThat(set.decode(item).height()).isEqualTo(9);
    }
    assertThat(set.items().stream().map(set::contentHash).distinct()).hasSize(12);
  }

  @Test
  default void no_class_is_on_both_sides_of_a_split(@TempDir Path dir) throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));
    Fixtures.writeText(
        dir.resolve("splits.json"),
        "{\"a\": [\"%s\", \"%s\"], \"b\": [\"%s\"]}"
            .formatted(classes().get(0), classes().get(2), classes().get(1)));
    ImageSet set = read(data);

    Set<String> listed = Set.copyOf(Splits.apply(set, "splits.json#a", dir).classNames());
    assertThat(listed).containsExactlyInAnyOrder(classes().get(0), classes().get(2));
    // Three classes have no two halves of two classes each.
    if (classes().size() > 3) {
      assertDisjoint(set, "first-half", "second-half");
    }
    if (set.splitNames().contains("train")) {
      for (String other : set.splitNames()) {
        if (!other.equals("train")) {
          assertDisjoint(set, "train", other);
        }
      }
    }
  }

  private static void assertDisjoint(ImageSet set, String one, String other) {
    ImageSet a = Splits.apply(set, one, null);
    ImageSet b = Splits.apply(set, other, null);
    assertThat(a.classNames()).isNotEmpty().doesNotContainAnyElementsOf(b.classNames());
    Set<Long> ids = new HashSet<>(a.items().stream().map(ImageItem::id).toList());
    assertThat(b.items()).isNotEmpty().noneMatch(item -> ids.contains(item.id()));
  }

  @Test
  default void names_and_counts_a_broken_image(@TempDir Path dir) throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));
    ImageItem victim = read(data).items().get(5);
    Path file = find(dir.resolve("fruit"), victim.path());
    Files.write(file, "no picture".getBytes(StandardCharsets.UTF_8));
    ImageSet set = read(data);

    try (PixelCache store = PixelCache.open(set, Fixtures.SMALL, null, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(11);
      assertThat(store.broken())
          .containsExactly(
              new PixelCache.Broken(victim.path(), "the file is no JPEG, PNG, BMP or GIF image"));
    }
    assertThatThrownBy(() -> PixelCache.open(set, Fixtures.SMALL, null, Progress.NONE, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(victim.path());
  }

  /** Returns the file whose path ends with that of an item. */
  static Path find(Path dir, String path) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.filter(f -> f.endsWith(path)).findFirst().orElseThrow();
    }
  }
}
