package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InputSpecTest {

  @ParameterizedTest
  @CsvSource({
    "0,96,110,height (0)",
    "96,-1,110,width (-1)",
    "16385,96,110,height (16385)",
    "111,112,110,resize_short_side (110)",
    "112,111,110,resize_short_side (110)"
  })
  void refuses_what_does_not_fit(int height, int width, int shortSide, String named) {
    assertThatThrownBy(
            () -> new InputSpec(height, width, ColorMode.RGB, ResizeFilter.BICUBIC, shortSide))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The " + named + " of the model input must ")
        .hasMessageContaining("Maybe ");
  }

  @Test
  void counts_the_values_of_one_input() {
    assertThat(new InputSpec(2, 3, ColorMode.BGR, ResizeFilter.BILINEAR, 4).values()).isEqualTo(18);
    assertThat(new InputSpec(2, 3, ColorMode.GRAY, ResizeFilter.BILINEAR, 4).values()).isEqualTo(6);
  }

  @Test
  void a_crop_may_be_larger_than_the_short_side_in_one_side() {
    assertThat(new InputSpec(96, 112, ColorMode.RGB, ResizeFilter.BICUBIC, 96).framing())
        .isEqualTo(new Framing.ShortSide(96));
  }

  @Test
  void both_sides_are_at_least_those_of_the_input() {
    assertThatThrownBy(
            () ->
                new InputSpec(
                    64,
                    32,
                    ColorMode.RGB,
                    ResizeFilter.BILINEAR,
                    true,
                    new Framing.BothSides(64, 31)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The resize.width (31) of the model input must be at least 32");
  }

  @ParameterizedTest
  @EnumSource(ColorMode.class)
  void finds_color_modes_by_id(ColorMode mode) {
    assertThat(ColorMode.of(mode.id())).isEqualTo(mode);
  }

  @ParameterizedTest
  @EnumSource(ResizeFilter.class)
  void finds_filters_by_id(ResizeFilter filter) {
    assertThat(ResizeFilter.of(filter.id())).isEqualTo(filter);
  }

  @Test
  void suggests_the_nearest_id() {
    assertThatThrownBy(() -> ColorMode.of("grey"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Maybe you meant gray.");
    assertThatThrownBy(() -> ResizeFilter.of("bilinar"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Maybe you meant bilinear.");
  }
}
