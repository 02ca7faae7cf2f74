package dev.holdfast.models.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.Framing;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCardTest {

  private static final String WHOLE =
      """
      schema: 1
      name: my-model
      weights: net.pt
      input: {height: 96, width: 80, color: rgb, resize: bilinear, resize_short_side: 110, crop: center}
      normalization: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
      embedding: {dimension: 128, normalize: true, distance: euclidean}
      """;

  private static ModelCard parse(String text) {
    return StrictYaml.parse(text, "model.yaml", ModelCard.class);
  }

  @Test
  void reads_every_key() {
    ModelCard card = parse(WHOLE);
    assertThat(card.name()).isEqualTo("my-model");
    assertThat(card.weights()).isEqualTo("net.pt");
    assertThat(card.backbone()).isNull();
    assertThat(card.input().spec().height()).isEqualTo(96);
    assertThat(card.input().spec().width()).isEqualTo(80);
    assertThat(card.input().spec().color()).isEqualTo(ColorMode.RGB);
    assertThat(card.input().spec().filter()).isEqualTo(ResizeFilter.BILINEAR);
    assertThat(card.input().spec().framing()).isEqualTo(new Framing.ShortSide(110));
    assertThat(card.normalization().mean()).containsExactly(0.485, 0.456, 0.406);
    assertThat(card.normalization().std()).containsExactly(0.229, 0.224, 0.225);
    assertThat(card.embedding().dimension()).isEqualTo(128);
    assertThat(card.embedding().normalize()).isTrue();
    assertThat(card.embedding().metric()).isEqualTo(Distance.EUCLIDEAN);
  }

  @Test
  void puts_defaults_in() {
    ModelCard card = parse(WHOLE.replaceAll("input: .*", "input: {height: 96, width: 120}"));
    assertThat(card.input())
        .isEqualTo(new ModelCard.Input(96, 120, "rgb", "bilinear", 120, "center"));
  }

  @Test
  void none_is_a_normalization() {
    ModelCard card = parse(WHOLE.replaceAll("normalization: .*", "normalization: none"));
    assertThat(card.normalization().identity()).isTrue();
    assertThat(card.toMap()).containsEntry("normalization", "none");
  }

  @Test
  void gray_has_one_channel_and_bgr_three() {
    String one = WHOLE.replaceAll("normalization: .*", "normalization: {mean: [0.5], std: [0.5]}");
    assertThat(parse(one.replace("rgb", "gray")).input().spec().color().channels()).isEqualTo(1);
    assertThat(parse(WHOLE.replace("rgb", "bgr")).input().spec().color()).isEqualTo(ColorMode.BGR);
    assertThatThrownBy(() -> parse(one.replace("rgb", "bgr")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("one number per channel (3)");
    assertThatThrownBy(() -> parse(WHOLE.replace("rgb", "gray")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("one number per channel (1)");
  }

  @Test
  void a_card_survives_its_map() {
    ModelCard card = parse(WHOLE);
    assertThat(StrictYaml.bind(card.toMap(), "map", ModelCard.class)).isEqualTo(card);
    ModelCard none = parse(WHOLE.replaceAll("normalization: .*", "normalization: none"));
    assertThat(StrictYaml.bind(none.toMap(), "map", ModelCard.class)).isEqualTo(none);
  }

  @Test
  void both_sides_can_be_said() {
    ModelCard card =
        parse(
            WHOLE.replaceAll(
                "resize: .*}",
                "resize: {height: 96, width: 80}, interpolation: lanczos, pixels: 0..1}"));
    assertThat(card.input().spec())
        .isEqualTo(
            new InputSpec(
                96, 80, ColorMode.RGB, ResizeFilter.LANCZOS, true, new Framing.BothSides(96, 80)));
    assertThat(card.input().crop()).isEqualTo("none");
    assertThat(card.input().scale()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{height: 96, width: 80, color: bgr, resize: {height: 100, width: 90}, crop: center}",
        "{height: 96, width: 80, interpolation: nearest, letterbox: [114, 114, 114]}",
        "{height: 96, width: 80, interpolation: bicubic, antialias: false, resize_short_side: 90}",
        "{height: 96, width: 80, resize: {height: 96, width: 80}, crop: center}",
      })
  void what_a_card_says_of_the_input_survives_its_map(String input) {
    ModelCard card = parse(WHOLE.replaceAll("input: .*", "input: " + input));
    assertThat(StrictYaml.bind(card.toMap(), "map", ModelCard.class)).isEqualTo(card);
    assertThat(StrictYaml.bind(StrictYaml.toMap(card.input()), "map", ModelCard.Input.class))
        .isEqualTo(card.input());
  }

  @Test
  void an_old_card_has_no_new_keys_in_its_map() {
    assertThat(parse(WHOLE).toMap().get("input"))
        .isEqualTo(
            Map.of(
                "height",
                96,
                "width",
                80,
                "color",
                "rgb",
                "resize",
                "bilinear",
                "resize_short_side",
                110,
                "crop",
                "center"));
    assertThat(StrictYaml.toMap(parse(WHOLE).input())).isEqualTo(parse(WHOLE).toMap().get("input"));
  }

  @Test
  void levels_have_means_of_levels() {
    ModelCard card =
        parse(
            WHOLE
                .replace("crop: center", "pixels: 0..255")
                .replaceAll("mean: .*}", "mean: [123.675, 116.28, 103.53], std: [1, 1, 1]}"));
    assertThat(card.input().scale()).isEqualTo(255);
    assertThat(StrictYaml.bind(card.toMap(), "map", ModelCard.class)).isEqualTo(card);
    ModelCard bare =
        parse(
            WHOLE
                .replace("crop: center", "pixels: 0..255")
                .replaceAll("mean: .*}", "mean: [0, 0, 0], std: [1, 1, 1]}"));
    assertThat(bare.normalization().std()).containsOnly(1.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "schema: 1|schema: 2|schema (2)",
        "schema: 1||schema (null)",
        "name: my-model||name (missing)",
        "name: my-model|name: ''|name",
        "weights: net.pt||weights (missing)",
        "input: .*||input (missing)",
        "normalization: .*||normalization: none",
        "embedding: .*||embedding (missing)",
        "height: 96|height: 0|height (0)",
        "height: 96,||input.height",
        "width: 80|width: -1|width (-1)",
        "short_side: 110|short_side: 79|resize_short_side (79)",
        "crop: center|crop: left|crop (left)",
        "crop: center|crop: none|resize: {height: 96, width: 80}",
        "bilinear|{height: 96}|resize (one side)",
        "bilinear|256|resize_short_side: 256, or resize: {height: 256, width: 256}",
        "bilinear|{height: 96, width: 80}|resize_short_side (110)",
        "bilinear|{height: 96, width: 80, filter: box}|interpolation: box beside resize",
        "bilinear, resize_short_side: 110|{height: 95, width: 80}|resize.height (95)",
        "bilinear, .*center|{height: 97, width: 80}, crop: none|crop (none)",
        "bilinear|bilinear, interpolation: box|interpolation (box)",
        "resize: bilinear, resize_short_side: 110|letterbox: [1, 2, 3]|crop (center)",
        "crop: center|letterbox: [1, 2, 3]|resize_short_side (110)",
        "resize: .*}|letterbox: [1, 2]}|letterbox ([1, 2])",
        "resize: .*}|letterbox: [1, 2, 256]}|letterbox ([1, 2, 256])",
        "resize: .*}|resize: {height: 96, width: 80}, letterbox: [1, 2, 3]}|letterbox ([1, 2, 3])",
        "crop: center|crop: center, pixels: 0..256|you meant 0..255",
        "crop: center|crop: center, antialias: maybe|true or false",
        "mean: .0.485, 0.456, 0.406.|mean: [123.675, 116.28, 103.53]|add pixels: 0..255",
        "mean: .0.485, 0.456, 0.406.|mean: [0.485, 0.456, 1.01]|between 0 and 1",
        "mean: .0.485, 0.456, 0.406.|mean: [0.485, -0.456, 0.406]|a sign or a point is wrong",
        "mean: .0.485, 0.456, 0.406.|mean: [0.485, 256, 0.406]|a sign or a point is wrong",
        "std: .0.229, 0.224, 0.225.|std: [58.395, 57.12, 57.375]|add pixels: 0..255",
        "crop: center|crop: center, pixels: 0..255|delete pixels: 0..255",
        "color: rgb|color: rgbb|you meant rgb",
        "bilinear|bilinaer|you meant bilinear",
        "mean: .0.485, 0.456, 0.406.|mean: [0.485, 0.456]|one number per channel",
        "std: .0.229, 0.224, 0.225.|std: [0.229, 0.224, 0]|std",
        "std: .0.229, 0.224, 0.225.|std: [0.229, 0.224, -1]|positive",
        "std: .0.229, 0.224, 0.225.|std: [0.229, 0.224, .inf]|positive",
        "mean: .0.485, 0.456, 0.406.|mean: [0.485, .nan, 0.4]|finite",
        "mean: .0.485, 0.456, 0.406., |``|mean and std",
        "normalization: .*|normalization: imagenet|be none or",
        "dimension: 128|dimension: 0|dimension (0)",
        "dimension: 128,||dimension (null)",
        "dimension: 128|dimension: 12.5|dimension",
        "normalize: true,||normalize (missing)",
        "normalize: true|normalize: 1|normalize",
        ", distance: euclidean||distance (missing)",
        "distance: euclidean|distance: cosin|you meant cosine",
        "embedding: .*|embedding: 128|embedding",
        "name: my-model|nane: my-model|you meant name",
      })
  void every_mistake_has_its_message(String pattern, String replacement, String expected) {
    String text = WHOLE.replaceFirst(pattern, replacement == null ? "" : replacement);
    assertThat(text).isNotEqualTo(WHOLE);
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(expected);
  }
}
