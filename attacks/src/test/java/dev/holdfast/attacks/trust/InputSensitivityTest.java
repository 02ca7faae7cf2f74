package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InputSensitivityTest {

  private static double[] eight(double value) {
    double[] values = new double[8];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void a_part_that_does_nothing_is_named() {
    assertThat(InputSensitivity.judge(Map.of(InputSensitivity.Part.LEFT, eight(0.7))).level())
        .isEqualTo(Level.OK);
    Finding blind =
        InputSensitivity.judge(
            Map.of(
                InputSensitivity.Part.LEFT,
                eight(0.7),
                InputSensitivity.Part.PLACES,
                eight(0.001)));
    assertThat(blind.level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(blind.text()).contains("places of the pixels").doesNotContain("left half");
    assertThat(blind.figures()).containsEntry("moved_by_left", 0.7);
  }

  @Test
  void images_without_a_difference_there_say_nothing() {
    double[] few = eight(Double.NaN);
    few[0] = 0;
    assertThat(InputSensitivity.judge(Map.of(InputSensitivity.Part.TOP, few)).level())
        .isEqualTo(Level.OK);
  }

  @Test
  void halves_meet_and_the_inside_leaves_an_eighth() {
    int side = 16;
    int[] count = new int[InputSensitivity.Part.values().length];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        assertThat(InputSensitivity.Part.LEFT.contains(x, y, side, side))
            .isNotEqualTo(InputSensitivity.Part.RIGHT.contains(x, y, side, side));
        assertThat(InputSensitivity.Part.TOP.contains(x, y, side, side))
            .isNotEqualTo(InputSensitivity.Part.BOTTOM.contains(x, y, side, side));
        for (InputSensitivity.Part part : InputSensitivity.Part.values()) {
          count[part.ordinal()] += part.contains(x, y, side, side) ? 1 : 0;
        }
      }
    }
    assertThat(count).containsExactly(128, 128, 128, 128, 144, 256);
  }
}
