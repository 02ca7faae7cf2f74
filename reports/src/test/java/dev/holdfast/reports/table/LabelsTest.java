package dev.holdfast.reports.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.result.ThreatInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsTest {

  @ParameterizedTest
  @CsvSource({"0, 0.0", "1, 100.0", "0.12345, 12.3", "0.9996, 100.0", "NaN, –", "Infinity, –"})
  void gives_fractions_in_percent(double fraction, String text) {
    assertThat(Labels.percent(fraction)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "41.25, 41.25",
    "1234567, 1235000",
    "0.00001234567, 0.00001235",
    "-2, -2",
    "NaN, –"
  })
  void gives_other_numbers_with_four_digits(double value, String text) {
    assertThat(Labels.plain(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "linf, 8/255, 0.03137254901960784, 8/255 = 0.03137",
    "linf, 0.1, 0.1, 0.1 = 25.5/255",
    "l2, 0.5, 0.5, 0.5",
    "patch, 0.05, 0.05, 5 % of the image"
  })
  void gives_linf_budgets_both_ways(String norm, String epsilon, double value, String text) {
    ThreatInfo threat = new ThreatInfo("h", norm, epsilon, value, "query", "white-box");
    assertThat(Labels.budget(threat)).isEqualTo(text);
  }
}
