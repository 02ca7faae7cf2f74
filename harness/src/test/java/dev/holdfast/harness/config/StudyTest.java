package dev.holdfast.harness.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.training.MdProp;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.models.training.Standard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {

  private static final Path OURS = Path.of("../models/studies");

  private static Study study(Path dir, String with) throws IOException {
    Files.writeString(
        dir.resolve("recipe.yaml"),
        """
        schema: 1
        name: small
        input: {height: 16, width: 16}
        epochs: 3
        learning_rate: 0.5
        initial_weights: start.safetensors
        """);
    Path file = dir.resolve("study.yaml");
    Files.writeString(
        file,
        """
        schema: 1
        name: changes
        data: shapes
        batteries: [quick]
        seeds: [0]
        methods:
          - {id: plain, recipe: recipe.yaml}
          - {id: other, recipe: recipe.yaml, with: %s}
        """
            .formatted(with));
    return Study.read(file);
  }

  private static Recipe other(Path dir, String with) throws IOException {
    Study study = study(dir, with);
    return study.recipe(study.methods().get(1));
  }

  @Test
  void a_method_changes_the_keys_that_it_names_and_no_other(@TempDir Path dir) throws IOException {
    Recipe other = other(dir, "{epochs: 7, method: {type: mdprop, epsilon: 2/255}}");
    assertThat(other.epochs()).isEqualTo(7);
    assertThat(other.method()).isInstanceOf(MdProp.class);
    assertThat(other.name()).isEqualTo("other");
    Study study = study(dir, "{}");
    Recipe plain = study.recipe(study.methods().get(0));
    assertThat(plain.epochs()).isEqualTo(3);
    assertThat(plain.method()).isInstanceOf(Standard.class);
    assertThat(other.with(Map.of("epochs", 3), "test").withName("plain"))
        .usingRecursiveComparison()
        .ignoringFields("method")
        .isEqualTo(plain);
  }

  @Test
  void weights_to_start_from_stand_beside_the_file_that_names_them(@TempDir Path dir)
      throws IOException {
    assertThat(other(dir, "{epochs: 1}").initialWeights())
        .isEqualTo(dir.resolve("start.safetensors").toString());
    assertThat(other(dir, "{initial_weights: sub/begin.safetensors}").initialWeights())
        .isEqualTo(dir.resolve("sub/begin.safetensors").toString());
  }

  @Test
  void what_is_wrong_with_a_change_names_its_method(@TempDir Path dir) {
    assertThatThrownBy(() -> other(dir, "{epoch: 7}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("method other of the study")
        .hasMessageContaining("you meant epochs");
    assertThatThrownBy(() -> other(dir, "{epochs: 0}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("method other of the study")
        .hasMessageContaining("epochs (0)");
  }

  @Test
  void every_study_of_the_project_can_be_read_with_its_recipes_and_batteries() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(OURS)) {
      files = all.filter(StudyTest::isStudy).toList();
    }
    assertThat(files).hasSizeGreaterThan(2);
    for (Path file : files) {
      Study study = Study.read(file);
      assertThat(study.methods())
          .allSatisfy(m -> assertThat(study.recipe(m).epochs()).isPositive());
      assertThat(study.batteries())
          .allSatisfy(b -> assertThat(Battery.load(b).name()).isNotBlank());
    }
  }

  private static boolean isStudy(Path file) {
    try {
      return file.toString().endsWith(".yaml") && Files.readString(file).contains("\nseeds:");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
