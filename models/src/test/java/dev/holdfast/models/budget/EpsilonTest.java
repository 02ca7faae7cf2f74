package dev.holdfast.models.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpsilonTest {

  private static Epsilon epsilon(String text) {
    return Epsilon.parse(text, "the test");
  }

  @ParameterizedTest
  @CsvSource({
    "8/255, 8/255, 0.03137254901960784",
    "0.57/255, 0.57/255, 0.0022352941176470588",
    "' 8 / 255 ', 8/255, 0.03137254901960784",
    "0, 0, 0",
    "0/255, 0/255, 0",
    "0.5, 0.5, 0.5",
    ".5, .5, 0.5",
    "1., 1., 1",
    "255/255, 255/255, 1",
    "1/3, 1/3, 0.3333333333333333",
    "0.1, 0.1, 0.1",
    "8/255.0, 8/255.0, 0.03137254901960784",
    "1e-2, 0.01, 0.01",
    "1E-2/2.55e2, 0.01/255, 0.00003921568627450980392",
  })
  void numbers_and_fractions_are_read_exactly_and_kept_as_written_but_for_exponents(
      String text, String shown, double value) {
    Epsilon epsilon = epsilon(text);
    assertThat(epsilon.value()).isEqualTo(value);
    assertThat(epsilon).hasToString(shown);
    assertThat(epsilon.under(Norm.LINF, "epsilon", "the test")).isSameAs(epsilon);
    assertThat(epsilon(epsilon.text())).isEqualTo(epsilon);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "", " ", "1/0", "1/0.0", "-1", "-8/255", "8/-255", "a", "8/", "/255", "1e", "1e-300", "1,5",
        "NaN", "inf", "8/255/2", "8 255", "."
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> epsilon(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The epsilon (" + text + ") of the test must be a number")
        .hasMessageContaining("8/255");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"-1/255|1/255", "-0.5|0.5", "0,5|0.5", "1,5/255|1.5/255", "8/0|8/255", "8px|8/255"})
  void the_number_that_was_meant_is_named(String text, String meant) {
    assertThatThrownBy(() -> epsilon(text)).hasMessageEndingWith("Maybe write " + meant + ".");
  }

  @Test
  void the_error_names_the_key_that_was_read() {
    assertThatThrownBy(() -> Epsilon.parse("step_size", "x", "attack pgd"))
        .hasMessageContaining("The step_size (x) of attack pgd must");
  }

  @Test
  void budgets_are_shown_in_units_of_255() {
    assertThat(epsilon("8/255").in255()).isEqualTo(8);
  }
}
