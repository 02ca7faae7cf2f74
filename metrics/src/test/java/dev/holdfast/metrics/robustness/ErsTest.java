package dev.holdfast.metrics.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErsTest {

  /** Zhou et al., CVPR 2022, the table of ResNet-18 with the triplet loss. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "CUB none,     0.0, 100.0,  0.0, 99.9, .883, 1.762,  0.0,  0.0, 14.1,  0.0,  3.8",
    "CUB EST,      2.7,  97.9,  0.4, 97.3, .848, 1.576,  1.4,  0.0,  4.0,  0.0,  5.3",
    "CUB ACT,     15.5,  37.7, 15.1, 32.2, .472,  .821, 11.1,  9.4, 14.9,  1.0, 33.9",
    "CUB HM+ICS,  15.5,  37.7, 16.6, 30.9, .753,  .506, 17.9, 16.7, 27.3,  2.9, 36.0",
    "CARS none,    0.2, 100.0,  0.1, 99.6, .874, 1.816,  0.0,  0.0, 13.4,  0.0,  3.6",
    "CARS EST,     1.2,  98.1,  0.4, 91.8, .880, 1.281,  2.9,  0.7,  8.2,  0.0,  7.3",
    "CARS ACT,    18.0,  32.3, 17.5, 30.5, .383,  .763, 16.3, 15.3, 20.7,  1.6, 38.6",
    "CARS HM+ICS, 19.3,  25.9, 19.6, 25.7, .650,  .446, 30.3, 36.7, 46.0,  8.8, 46.0",
    "SOP none,     0.1,  99.3,  0.2, 99.1, .845, 1.685,  0.0,  0.0,  6.3,  0.0,  4.0",
    "SOP EST,     12.5,  43.6, 10.6, 34.8, .468,  .830,  9.6,  7.2, 17.3,  3.8, 31.7",
    "SOP ACT,     24.1,  10.5, 22.7,  9.4, .253,  .532, 21.2, 21.6, 27.8, 15.3, 50.8",
    "SOP HM+ICS,  32.0,   4.2, 33.7,  3.0, .606,  .207, 39.1, 39.8, 37.9, 45.6, 61.6"
  })
  void a_published_row_follows_from_its_columns(
      String row,
      double candidateUp,
      double candidateDown,
      double queryUp,
      double queryDown,
      double targetCosine,
      double shift,
      double shiftRecall,
      double learningToMisrank,
      double greedyTopOne,
      double topOneKept,
      double published) {
    Ers ers =
        new Ers(
            candidateUp,
            candidateDown,
            queryUp,
            queryDown,
            targetCosine,
            shift,
            shiftRecall,
            learningToMisrank,
            greedyTopOne,
            topOneKept);
    assertThat(ers.value()).as(row).isCloseTo(published, within(0.1));
  }

  @Test
  void a_model_that_no_attack_touches_has_100_and_one_without_defence_0() {
    assertThat(new Ers(50, 0, 50, 0, 0, 0, 100, 100, 100, 100).value()).isEqualTo(100);
    assertThat(new Ers(0, 100, 0, 100, 1, 2, 0, 0, 0, 0).value()).isZero();
  }

  @Test
  void nothing_is_cut_and_nothing_is_guessed() {
    assertThat(new Ers(60, 0, 50, 0, 0, 0, 100, 100, 100, 100).value()).isEqualTo(102);
    assertThat(new Ers(Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0).value()).isNaN();
  }
}
