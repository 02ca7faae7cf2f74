package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the layout of an official data set must do besides. */
interface OfficialLayoutContract extends DatasetLayoutContract {

  /** Returns how many of the twelve images are in each split. */
  Map<String, Integer> splits();

  /**
   * Writes lists of as many images as the official data set has, without the images.
   *
   * @param missing number of test images that the lists lack
   */
  Path writeLists(Path dir, int missing) throws IOException;

  /** Returns the number of test images that are official. */
  int testImages();

  @Test
  default void takes_the_official_splits_apart(@TempDir Path dir) throws IOException {
    ImageSet set = read(writeTwelveImages(dir.resolve("fruit")));

    Map<String, Integer> sizes = new HashMap<>();
    for (String split : set.splitNames()) {
      sizes.put(split, Splits.apply(set, split, null).items().size());
    }
    assertThat(sizes).isEqualTo(splits());
    assertThat(set.name()).isNotEqualTo("fruit");
  }

  @Test
  default void is_tested_on_the_official_test_images(@TempDir Path dir) throws IOException {
    ImageSet set = read(writeTwelveImages(dir.resolve("fruit")));
    String main = set.mainSplit().orElseThrow();

    assertThat(main).isNotEqualTo("train");
    assertThat(Splits.apply(set, null, null).part()).isEqualTo(main);
    assertThat(Splits.apply(set, null, null).items())
        .isEqualTo(Splits.apply(set, main, null).items())
        .isEqualTo(Splits.apply(set, "official", null).items());
    assertThat(Splits.apply(set, "all", null).items()).hasSize(12);
  }

  @Test
  default void finds_itself_in_the_folder_above(@TempDir Path dir) throws IOException {
    ImageSet set = read(writeTwelveImages(dir.resolve("fruit")));
    ImageSet above = read(writeTwelveImages(dir.resolve("up").resolve(folder())).getParent());

    assertThat(DatasetLayout.detect(dir.resolve("up"))).isEqualTo(layout());
    assertThat(above.items()).isEqualTo(set.items());
  }

  /** Returns the name that the folder of the data set has when it is unpacked. */
  String folder();

  @Test
  default void a_set_that_is_not_whole_is_refused_and_read_knowingly(@TempDir Path dir)
      throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));

    assertThatThrownBy(() -> layout().read(data))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The counts (")
        .hasMessageContaining(data.toString())
        .hasMessageContaining("--subset");
    assertThat(layout().read(data, true).notes())
        .singleElement()
        .asString()
        .startsWith("This is a subset of " + layout().read(data, true).name());
  }

  @Test
  default void counts_the_official_images(@TempDir Path dir) throws IOException {
    Path whole = writeLists(dir.resolve("whole"), 0);
    ImageSet set = layout().read(whole);

    assertThat(set.notes()).isEmpty();
    assertThatThrownBy(() -> Splits.apply(set, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("%d of %d are not".formatted(testImages(), testImages()))
        .hasMessageContaining("--subset");
  }

  @Test
  default void one_image_less_is_one_message(@TempDir Path dir) throws IOException {
    Path less = writeLists(dir.resolve("less"), 1);

    assertThatThrownBy(() -> layout().read(less))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "(?s)The counts \\(\\d+ \\w+ images\\) of the data set .* must be \\d+ \\w+ images\\.\n"
                + "Maybe .*");
  }

  @Test
  default void a_file_that_is_missing_is_left_out_of_a_subset_and_noted(@TempDir Path dir)
      throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));
    ImageSet before = Splits.apply(read(data), null, null);
    ImageItem victim = before.items().get(0);
    Files.delete(DatasetLayoutContract.find(data, victim.path()));

    ImageSet after = Splits.apply(read(data), null, null);

    assertThat(after.items()).extracting(ImageItem::path).doesNotContain(victim.path());
    assertThat(after.items()).hasSize(before.items().size() - 1);
    assertThat(String.join(" ", after.notes())).contains("subset");
  }
}
