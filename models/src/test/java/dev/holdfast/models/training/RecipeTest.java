package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.loss.MultiSimilarity;
import dev.holdfast.models.yaml.StrictYaml;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeTest {

  private static final String SHORTEST =
      """
      schema: 1
      name: short
      input: {height: 32, width: 48}
      epochs: 3
      """;

  private static Recipe parse(String more) {
    return StrictYaml.parse(SHORTEST + more, "recipe.yaml", Recipe.class);
  }

  @Test
  void what_is_left_out_gets_its_default() {
    Recipe recipe = parse("");
    assertThat(recipe.method()).isEqualTo(new Standard());
    assertThat(recipe.loss()).isEqualTo(new MultiSimilarity(2.0, 40.0, 0.5, true, 0.1, false));
    assertThat(recipe.embedding()).isEqualTo(new ModelCard.Embedding(128, true, "euclidean"));
    assertThat(recipe.augmentation()).isEqualTo(new Augmentation(true, 1.0, 0.0));
    assertThat(recipe.validation().fraction()).isEqualTo(0.1);
    assertThat(recipe.schedule()).isEqualTo(Schedule.CONSTANT);
    assertThat(recipe.batchSize()).isEqualTo(64);
    assertThat(recipe.stepsPerEpoch(200)).isEqualTo(3);
    assertThat(recipe.stepsPerEpoch(5)).isEqualTo(1);
  }

  @Test
  void survives_a_round_trip_through_yaml() {
    Recipe recipe = parse("schedule: cosine\nseed: 12\nloss: {type: multi-similarity, beta: 50}\n");
    assertThat(StrictYaml.parse(StrictYaml.write(recipe), "again.yaml", Recipe.class))
        .isEqualTo(recipe);
  }

  @Test
  void the_card_is_that_of_the_trained_model() {
    ModelCard card = parse("").card();
    assertThat(StrictYaml.parse(StrictYaml.write(card.toMap()), "model.yaml", ModelCard.class))
        .isEqualTo(card);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch_size: 30 | batch_size (30)",
        "batch_size: 4 | batch_size (4)",
        "samples_per_class: 1 | samples_per_class (1)",
        "learning_rate: 0 | learning_rate (0.0)",
        "learning_rate: .nan | learning_rate (NaN)",
        "weight_decay: -1 | weight_decay (-1.0)",
        "warm_up_steps: -1 | warm_up_steps (-1)",
        "steps_per_epoch: 0 | steps_per_epoch (0)",
        "validation: {fraction: 1} | fraction (1.0)",
        "normalization: {mean: [0.5], std: [0.5]} | one number per channel (3)",
        "gradient_clip: -1 | gradient_clip (-1.0)",
        "learning_rates: {head: -1} | head (-1.0)",
        "frozen_batch_norm: some | frozen_batch_norm",
        "schedule: linear | be one of constant, cosine",
        "frozen_batch_norm: true | be one of none, main, all",
        "backbone: {type: conv-net, widths: [2000000000]} | widths ([2000000000])",
        "backbone: {type: conv-net, widths: [8, null]} | item (empty)",
        "backbone: {type: resnet-18, width: 2000000000} | width (2000000000)",
        "embedding: {dimension: 2147483647, normalize: true, distance: cosine} | dimension (2147483647)",
        "loss: {type: s2sd, dimensions: [2000000]} | dimensions ([2000000])",
        "batch_size: 3000000000 | batch_size (3000000000)",
        "batch_size: 2000000000 | be at most 466033 for images of that size",
        "schedule: {type: cosine} | be one of constant, cosine",
        "schedule: [cosine] | be one of constant, cosine",
        "learning_rat: 1 | you meant learning_rate",
        "method: {type: standart} | you meant standard",
      })
  void refuses_what_makes_no_sense(String line, String message) {
    assertThatThrownBy(() -> parse(line + "\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("recipe.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void refuses_what_is_missing_and_a_color_that_cannot_be_trained() {
    assertThatThrownBy(
            () -> StrictYaml.parse("schema: 1\nname: x\nepochs: 1\n", "r.yaml", Recipe.class))
        .hasMessageContaining("input (missing)");
    assertThatThrownBy(
            () ->
                StrictYaml.parse(
                    SHORTEST.replace("width: 48", "width: 48, color: bgr"), "r.yaml", Recipe.class))
        .hasMessageContaining("color (bgr)");
  }

  @Test
  void the_learning_rate_warms_up_and_then_follows_the_schedule() {
    Recipe cosine = parse("learning_rate: 0.4\nwarm_up_steps: 3\nschedule: cosine\n");
    assertThat(cosine.learningRate(0, 13)).isCloseTo(0.1, within(1e-12));
    assertThat(cosine.learningRate(2, 13)).isCloseTo(0.3, within(1e-12));
    assertThat(cosine.learningRate(3, 13)).isCloseTo(0.4, within(1e-12));
    assertThat(cosine.learningRate(8, 13)).isCloseTo(0.2, within(1e-12));
    assertThat(cosine.learningRate(12, 13)).isBetween(0.0, 0.01);
    Recipe constant = parse("learning_rate: 0.4\nwarm_up_steps: 3\n");
    assertThat(constant.learningRate(1, 13)).isCloseTo(0.2, within(1e-12));
    assertThat(constant.learningRate(12, 13)).isEqualTo(0.4);
  }

  @Test
  void the_recipe_of_the_drawn_data_set_is_whole() throws URISyntaxException {
    Path file =
        Path.of(
            Recipe.class.getResource("/dev/holdfast/models/recipes/shapes-standard.yaml").toURI());
    assertThat(Recipe.read(file).name()).isEqualTo("shapes-standard");
  }
}
