package dev.holdfast.models.data;

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
    "0,96,110,center,height (0)",
    "96,-1,110,center,width (-1)",
    "96,112,110,center,resize_short_side (110)",
    "112,96,110,center,resize_short_side (110)",
    "96,96,110,random,crop (random)"
  })
  void refuses_what_does_not_fit(int height, int width, int shortSide, String crop, String named) {
    assertThatThrownBy(
            () ->
                new InputSpec(height, width, ColorMode.RGB, ResizeFilter.BICUBIC, shortSide, crop))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The " + named + " of the model input must ")
        .hasMessageContaining("Maybe ");
  }

  @Test
  void counts_the_values_of_one_input() {
    assertThat(new InputSpec(2, 3, ColorMode.BGR, ResizeFilter.BILINEAR, 4, "center").values())
        .isEqualTo(18);
    assertThat(new InputSpec(2, 3, ColorMode.GRAY, ResizeFilter.BILINEAR, 4, "center").values())
        .isEqualTo(6);
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
