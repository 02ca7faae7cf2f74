package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitsTest {

  @TempDir private Path dir;
  private ImageSet fruit;

  @BeforeEach
  void write() throws IOException {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("quince/image0.png"), 99);
    fruit = new FolderPerClass().read(dir);
    Files.writeString(
        dir.resolve("splits.json"),
        """
        {"note": "by hand", "seed": 3, "round": ["apple", "plum"], "other": ["pear", "quince"],
         "wrong": ["apple", "aple", "cherry", "grape", "melon"]}
        """);
  }

  @Test
  void without_test_images_the_default_is_the_whole_set() {
    assertThat(Splits.apply(fruit, null, dir)).isSameAs(fruit);
    assertThat(Splits.apply(fruit, "all", dir)).isSameAs(fruit);
    assertThat(fruit.part()).isEqualTo("all");
  }

  @Test
  void the_first_half_is_by_sorted_class_name() {
    assertThat(Splits.apply(fruit, "first-half", dir).classNames())
        .containsExactly("apple", "pear");
    assertThat(Splits.apply(fruit, "second-half", dir).classNames())
        .containsExactly("plum", "quince");
    assertThat(Splits.apply(fruit, "second-half", dir).part()).isEqualTo("second-half");
  }

  @Test
  void says_that_numbers_are_not_halved_by_value() {
    for (int label : new int[] {8, 9, 10, 11}) {
      Fixtures.writePng(dir.resolve("numbers/" + label + "/a.png"), label);
    }
    ImageSet numbers = new FolderPerClass().read(dir.resolve("numbers"));

    ImageSet half = Splits.apply(numbers, "first-half", null);

    assertThat(half.classNames()).containsExactly("10", "11");
    assertThat(half.notes()).singleElement().asString().contains("10 comes before 9");
    assertThat(Splits.apply(fruit, "first-half", null).notes()).isEmpty();
  }

  @Test
  void takes_a_list_of_classes_from_a_file_beside_the_data() {
    ImageSet round = Splits.apply(fruit, "splits.json#round", dir);

    assertThat(round.classNames()).containsExactly("apple", "plum");
    assertThat(round.items()).hasSize(8);
  }

  @Test
  void takes_a_list_of_classes_from_a_file_anywhere() {
    String file = dir.resolve("splits.json").toAbsolutePath().toString();

    assertThat(Splits.apply(fruit, file + "#other", null).classNames())
        .containsExactly("pear", "quince");
  }

  @Test
  void suggests_the_nearest_name() {
    assertThatThrownBy(() -> Splits.apply(fruit, "splits.json#rond", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("other, round, wrong")
        .hasMessageContaining("Maybe you meant round.");
    assertThatThrownBy(() -> Splits.apply(fruit, "first-haf", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Maybe you meant first-half.");
  }

  @Test
  void names_the_first_unknown_classes() {
    assertThatThrownBy(() -> Splits.apply(fruit, "splits.json#wrong", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("aple, cherry, grape and 1 more");
  }

  @Test
  void refuses_a_file_that_is_not_there() {
    assertThatThrownBy(() -> Splits.apply(fruit, "split.json#round", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("split.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\": [", "{\"a\": [\"x\"], \"a\": [\"y\"]}", "[]", "{}", "{\"a\": [1]}", ""})
  void refuses_a_file_without_lists(String json) throws IOException {
    Files.writeString(dir.resolve("bad.json"), json);

    assertThatThrownBy(() -> Splits.apply(fruit, "bad.json#a", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bad.json")
        .hasMessageContaining("JSON");
  }

  @Test
  void the_official_split_comes_from_the_manifest() throws IOException {
    Files.writeString(
        dir.resolve("index.csv"),
        """
        path,label,split
        apple/image0.png,apple,train
        apple/image1.png,apple,test
        pear/image0.png,pear,test
        plum/image0.png,plum,train
        plum/image1.png,plum,
        """);
    ImageSet listed = new CsvManifest().read(dir);

    assertThat(Splits.apply(listed, "official", dir).items())
        .extracting(ImageItem::path)
        .containsExactly("apple/image1.png", "pear/image0.png");
    assertThat(Splits.apply(listed, null, dir).items())
        .isEqualTo(Splits.apply(listed, "test", dir).items())
        .isEqualTo(Splits.apply(listed, "official", dir).items());
    assertThat(Splits.apply(listed, "all", dir).items()).hasSize(5);
    assertThat(Splits.apply(listed, null, dir).part()).isEqualTo("test");
    assertThat(Splits.apply(listed, null, dir).notes())
        .singleElement()
        .asString()
        .startsWith("1 of 2 classes are in the training data and in the test data");
    assertThatThrownBy(() -> Splits.apply(fruit, "official", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("first-half");
  }

  @ParameterizedTest
  @CsvSource({
    "train, validation, '6 in train, 7 in validation', validation",
    "train, eval, '6 in train, 7 in validation', validation",
    "train, fold1, '7 in fold1, 6 in train', fold1",
    "train, train, '13 in train', train",
    "a, b, '6 in a, 7 in b', a",
    "a, '', '6 in a, 7 in none', a"
  })
  void splits_of_which_none_is_tested_on_must_be_chosen_from(
      String first, String second, String counts, String likely) throws IOException {
    ImageSet listed = listed(first, second);

    assertThatThrownBy(() -> Splits.apply(listed, null, dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("images are " + counts + ".")
        .hasMessageContaining("add --split " + likely + ",");
    assertThat(Splits.apply(listed, "all", dir).items()).hasSize(13);
  }

  @Test
  void one_split_that_is_not_for_training_is_the_whole_set() throws IOException {
    assertThat(Splits.apply(listed("validation", "validation"), null, dir).items()).hasSize(13);
  }

  @Test
  void splits_go_by_any_of_their_names() throws IOException {
    ImageSet listed = listed("Train", "Valid");

    for (String name : List.of("validation", "VAL", "eval", "Valid")) {
      assertThat(Splits.apply(listed, name, dir).items()).hasSize(7);
      assertThat(Splits.apply(listed, name, dir).part()).isEqualTo("validation");
    }
    assertThat(Splits.apply(listed, "training", dir).items()).hasSize(6);
    assertThatThrownBy(() -> Splits.apply(listed, "test", dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("train, validation, official, all");
  }

  /** Six images in one split, seven in another. */
  private ImageSet listed(String first, String second) throws IOException {
    StringBuilder table = new StringBuilder("path,label,split\n");
    for (int i = 0; i < 13; i++) {
      table.append("%d.png,%s,%s\n".formatted(i, i % 2 == 0 ? "a" : "b", i < 6 ? first : second));
    }
    Files.writeString(dir.resolve("index.csv"), table);
    return new CsvManifest().read(dir);
  }
}
