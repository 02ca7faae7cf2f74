package dev.holdfast.models.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictYamlTest {

  record Garden(
      String name,
      Integer beds,
      Boolean open,
      Plant best,
      List<Plant> plants,
      Map<String, Soil> by) {}

  record Soil(Double acidity, Season season) {}

  /** Constants with bodies make it a sealed type. */
  enum Season {
    @JsonProperty("early-summer")
    EARLY_SUMMER {
      @Override
      boolean warm() {
        return true;
      }
    },
    @JsonProperty("winter")
    WINTER;

    boolean warm() {
      return false;
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  sealed interface Plant permits Tree, Herb {}

  @JsonTypeName("tree")
  record Tree(Integer heightMeters) implements Plant {
    Tree {
      if (heightMeters != null && heightMeters < 0) {
        throw InputException.of("height_meters", heightMeters, "tree", "grow", "try 1");
      }
    }
  }

  @JsonTypeName("herb")
  record Herb(String taste) implements Plant {}

  private static Garden parse(String text) {
    return StrictYaml.parse(text, "garden.yaml", Garden.class);
  }

  private static void refuses(String text, String... parts) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void says_what_kind_of_value_is_wanted_and_what_was_given() {
    refuses("beds: ten", "line 1", "The beds (ten) of", "must be a whole number");
    refuses("name: a\nopen: perhaps", "line 2", "The open (perhaps) of", "true or false");
    refuses("plants: {type: tree}", "The plants (a mapping) of", "must be a list");
    refuses("plants: tree", "The plants (tree) of", "must be a list");
    refuses("by: {north: {acidity: sour}}", "The acidity (sour) of", "must be a number");
    refuses("best: tree", "The best (tree) of", "a mapping with a type");
    refuses(
        "by: {north: {season: winters}}",
        "The season (winters) of garden.yaml, line 1 must be one of early-summer, winter",
        "you meant winter");
    refuses(
        "by:\n  north: {season: true}", "line 2", "The season (true) of", "early-summer, winter");
  }

  @Test
  void reads_nested_records_and_sealed_types() {
    assertThat(
            parse(
                """
                name: north
                beds: 3
                best: {type: tree, height_meters: 4}
                plants:
                  - type: herb
                    taste: bitter
                  - {type: tree}
                by: {fence: {acidity: 6.5}}
                """))
        .isEqualTo(
            new Garden(
                "north",
                3,
                null,
                new Tree(4),
                List.of(new Herb("bitter"), new Tree(null)),
                Map.of("fence", new Soil(6.5, null))));
  }

  @Test
  void an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    refuses("name: a\nbed: 3\n", "key (bed)", "garden.yaml, line 2", "you meant beds");
  }

  @Test
  void an_unknown_key_inside_a_sealed_type_is_found_too() {
    refuses(
        "plants:\n  - type: tree\n    height_meter: 2\n",
        "key (height_meter)",
        "line 3",
        "you meant height_meters");
    refuses("by:\n  fence:\n    acid: 1\n", "key (acid)", "line 3", "acidity");
  }

  @Test
  void a_key_given_twice_is_refused() {
    refuses("name: a\nbeds: 1\nname: b\n", "key (name)", "line 3", "once");
    refuses("best:\n  type: tree\n  type: herb\n", "key (type)", "line 3", "once");
    refuses("by:\n  fence: {acidity: 1}\n  fence: {acidity: 2}\n", "(fence)", "line 3", "once");
  }

  @Test
  void an_unknown_type_lists_the_known_ones() {
    refuses("best:\n  type: tre\n", "type (tre)", "line 2", "tree, herb", "you meant tree");
    refuses("name: x\nbest: {height_meters: 2}\n", "key (type)", "line 2", "tree, herb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "beds: many",
        "beds: 2.5",
        "beds: [1]",
        "beds: {a: 1}",
        "open: 1",
        "open: maybe",
        "name: [a]",
        "plants: 3",
        "plants: {type: tree}",
        "best: tree",
        "best: [tree]",
        "by: {fence: 3}",
        "by: [1]"
      })
  void a_value_of_the_wrong_kind_names_key_and_line(String line) {
    String key = line.substring(0, line.indexOf(':'));
    refuses("\n" + line + "\n", "garden.yaml, line 2");
    if (!line.startsWith("b") || line.startsWith("beds")) {
      refuses("\n" + line + "\n", key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "null\n", "~", "hello", "3", "- name: a\n"})
  void a_text_that_is_no_mapping_is_refused(String text) {
    refuses(text, "garden.yaml");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name: [", "name: a\n  beds: 1", "a: 1\n---\nb: 2\n", "name: \"x"})
  void broken_yaml_is_refused(String text) {
    refuses(text, "garden.yaml", "must be YAML");
  }

  @Test
  void lists_that_nest_without_an_end_are_refused() {
    refuses("name: " + "[".repeat(20_000) + "]".repeat(20_000), "garden.yaml", "thousands deep");
  }

  @Test
  void an_item_that_is_empty_is_named_with_its_line() {
    refuses("name: x\nplants:\n  -\n", "The item (empty) of the list in garden.yaml, line 3");
    refuses("plants: [null]", "item (empty)");
  }

  @Test
  void a_number_that_is_too_large_is_named_with_its_key() {
    refuses("name: x\nbeds: 3000000000\n", "The beds (3000000000) of garden.yaml, line 2");
  }

  @Test
  void an_error_of_a_record_is_shown_with_its_place() {
    refuses("best:\n  type: tree\n  height_meters: -1\n", "garden.yaml", "height_meters (-1)");
  }

  @Test
  void a_missing_file_is_one_message(@TempDir Path folder) {
    assertThatThrownBy(() -> StrictYaml.read(folder.resolve("no.yaml"), Garden.class))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no.yaml) must exist");
  }

  @Test
  void a_file_that_no_one_wrote_by_hand_is_not_parsed(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a.yaml"), "name: " + "x".repeat(3 << 20));
    assertThatThrownBy(() -> StrictYaml.read(file, Garden.class))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("The size (3145734 bytes)", "must be at most 3145728 bytes");
  }

  @Test
  void a_file_that_is_not_text_is_one_message(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThatThrownBy(() -> StrictYaml.read(file, Garden.class))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.yaml");
  }

  @Test
  void what_is_written_can_be_read() {
    Garden garden = new Garden("x", 1, true, new Tree(2), List.of(new Herb("sour")), null);
    assertThat(parse(StrictYaml.write(garden))).isEqualTo(garden);
  }

  @Test
  void values_of_a_command_line_are_bound_like_text() {
    assertThat(
            StrictYaml.bind(Map.of("type", "tree", "height_meters", "7"), "--plant", Plant.class))
        .isEqualTo(new Tree(7));
    assertThatThrownBy(
            () -> StrictYaml.bind(Map.of("type", "tree", "height", "7"), "--plant", Plant.class))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("key (height) of --plant");
  }

  @Test
  void a_record_becomes_a_map_in_the_order_of_its_components() {
    assertThat(StrictYaml.toMap(new Garden("x", 1, null, null, null, null)))
        .containsEntry("beds", 1)
        .containsOnlyKeys("name", "beds", "open", "best", "plants", "by");
  }
}
