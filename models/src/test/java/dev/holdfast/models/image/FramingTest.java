package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What a card says of resize, crop and letterbox, against what {@code framings.py} wrote. */
class FramingTest {

  private static InputSpec spec(String input) {
    return StrictYaml.parse("{" + input + "}", "card", ModelCard.Input.class).spec();
  }

  static byte[] drawn(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((i * 7919L * (i % 13 + 1)) >> 3);
    }
    return rgb;
  }

  @ParameterizedTest
  @CsvFileSource(resources = "framing/framings.csv", delimiter = '|', numLinesToSkip = 1)
  void gives_the_levels_of_pillow_and_torchvision(int width, int height, String input, String sha)
      throws IOException {
    RgbImage image = new RgbImage(width, height, drawn(width, height));

    RgbImage fitted = Resizer.fit(image, spec(input));

    assertThat(Sha256.hex(fitted.rgb()).substring(0, 16)).isEqualTo(sha);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "framing/plain.csv", delimiter = '|', numLinesToSkip = 1)
  void without_antialiasing_gives_the_levels_of_torch(
      int width, int height, String input, String levels) throws IOException {
    ShortBuffer expected = ByteBuffer.wrap(HexFormat.of().parseHex(levels)).asShortBuffer();

    byte[] actual =
        Resizer.fit(new RgbImage(width, height, drawn(width, height)), spec(input)).rgb();

    assertThat(actual).hasSize(expected.remaining());
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) (actual[i] & 0xff))
          .as("level at %d, rounded", i)
          .isCloseTo((expected.get(i) & 0xffff) / 128.0, within(0.5 + 1 / 128.0));
    }
  }

  @Test
  void a_letterbox_holds_the_whole_image_in_the_middle_of_its_color() throws IOException {
    byte[] white = new byte[3 * 4 * 2];
    Arrays.fill(white, (byte) 255);

    RgbImage framed =
        Resizer.fit(
            new RgbImage(4, 2, white), spec("height: 4, width: 4, letterbox: [10, 20, 30]"));

    for (int i = 0; i < 16; i++) {
      boolean inside = i / 4 == 1 || i / 4 == 2;
      assertThat(List.of(framed.rgb()[3 * i] & 0xff, framed.rgb()[3 * i + 2] & 0xff))
          .as("pixel %d", i)
          .isEqualTo(inside ? List.of(255, 255) : List.of(10, 30));
    }
  }

  @Test
  void an_image_that_would_vanish_in_its_letterbox_is_named() {
    RgbImage thread = new RgbImage(1, 500, drawn(1, 500));

    assertThatThrownBy(
            () -> Resizer.fit(thread, spec("height: 60, width: 45, letterbox: [0, 0, 0]")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1 x 500");
  }

  @Test
  void a_filter_that_no_other_library_has_cannot_do_without_antialiasing() {
    for (String filter : List.of("nearest", "box", "hamming", "lanczos")) {
      assertThatThrownBy(
              () -> spec("height: 4, width: 4, antialias: false, interpolation: " + filter))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("antialias (false)")
          .hasMessageContaining(filter);
    }
  }

  @Test
  void what_makes_other_pixels_has_another_key() {
    List<String> keys =
        Stream.of(
                "",
                ", resize: bicubic",
                ", resize_short_side: 9",
                ", resize: {height: 8, width: 8}",
                ", resize: {height: 8, width: 9}",
                ", resize: {height: 9, width: 8}",
                ", antialias: false",
                ", letterbox: [1, 2, 3]",
                ", letterbox: [1, 2, 4]")
            .map(more -> spec("height: 8, width: 8" + more).pixelKey())
            .toList();
    assertThat(keys).doesNotHaveDuplicates();
  }
}
