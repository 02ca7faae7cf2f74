package dev.holdfast.harness.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.trust.Reliability.Effort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReliabilityTest {

  @ParameterizedTest
  @CsvSource({
    // A quarter of the passes of a worst case, passes of a survivor, survivors, batch size.
    "19000, 1500, 40, 32",
    "40000, 374, 180, 32",
    "300000, 2000, 300, 32",
    "300000, 2000, 2, 32",
    "1212, 101, 48, 8",
    "90000, 8000, 5, 64",
  })
  void a_sample_gets_several_times_the_passes_and_padding_is_paid(
      long passes, double withstood, int survivors, int batchSize) {
    Effort effort = Effort.of(passes, withstood, survivors, batchSize);
    int rows = effort.sampled() * effort.items();
    int padded = (rows + batchSize - 1) / batchSize * batchSize;
    assertThat(padded * (2L * effort.steps() + 1)).isLessThanOrEqualTo(passes);
    assertThat(effort.sampled()).isBetween(1, survivors);
    assertThat(effort.items()).isBetween(1, 40);
    assertThat(effort.times()).isGreaterThanOrEqualTo(2);
    assertThat(effort.times()).isEqualTo(effort.items() * (2.0 * effort.steps() + 1) / withstood);
  }

  @Test
  void where_there_is_no_room_for_several_times_nothing_is_asked() {
    assertThat(Effort.of(1000, 1500, 40, 32)).isNull();
    assertThat(Effort.of(100000, 1500, 0, 32)).isNull();
    assertThat(Effort.of(300, 30, 5, 32)).isNull();
    // Most rows of so large a batch would be padding.
    assertThat(Effort.of(90000, 8000, 5, 256)).isNull();
  }
}
