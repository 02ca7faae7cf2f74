package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.registry.Registry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every sequence promises; a new one is tested as soon as it is permitted. */
class SequenceTest {

  static List<Sequence> all() {
    return Registry.defaults(Sequence.class);
  }

  private static PixelImage frame(Sequence sequence, PixelImage clean, int frame, long item) {
    return sequence.frame(clean, frame, Sequence.rng(7, item, sequence.id(), frame));
  }

  @ParameterizedTest
  @MethodSource("all")
  void keeps_size_and_bounds_and_leaves_its_argument_alone(Sequence sequence) {
    for (int[] size : new int[][] {{1, 1}, {1, 9}, {9, 1}, {24, 17}}) {
      PixelImage clean = Pictures.detailed(size[0], size[1], 3);
      float[] before = clean.values().clone();
      for (int i = 0; i < sequence.frames(); i++) {
        PixelImage frame = frame(sequence, clean, i, 1);
        assertThat(frame.height()).isEqualTo(size[0]);
        assertThat(frame.width()).isEqualTo(size[1]);
        for (float value : frame.values()) {
          assertThat(value).isBetween(0f, 1f);
        }
        assertThat(frame(sequence, clean, i, 1).values()).isEqualTo(frame.values());
      }
      assertThat(clean.values()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void goes_on_in_small_steps_unless_all_is_compared_with_the_first(Sequence sequence) {
    PixelImage clean = Pictures.detailed(64, 64, 3);
    assertThat(sequence.frames()).isGreaterThan(1);
    PixelImage first = frame(sequence, clean, 0, 1);
    double whole = Pictures.rms(first, frame(sequence, clean, sequence.frames() - 1, 1));
    PixelImage before = first;
    double step = 0;
    for (int i = 1; i < sequence.frames(); i++) {
      PixelImage frame = frame(sequence, clean, i, 1);
      step = Math.max(step, Pictures.rms(before, frame));
      before = frame;
    }
    assertThat(step).isPositive();
    if (sequence.comparesWithFirst()) {
      assertThat(step).isBetween(.9 * whole, 1.1 * whole);
    } else {
      assertThat(step).isLessThan(whole);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void says_what_it_is_and_refuses_what_it_has_not(Sequence sequence) {
    assertThat(sequence.id()).matches("[a-z]+(-[a-z]+)*");
    assertThat(sequence.label()).isEqualTo(sequence.id() + "-sequence");
    assertThat(sequence.description()).endsWith(".");
    assertThat(sequence.source()).contains("arXiv:");
    PixelImage clean = Pictures.plain(4, 4, .5f);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> frame(sequence, clean, sequence.frames(), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> frame(sequence, new PixelImage(1, 2, 2, new float[4]), 0, 0))
        .withMessageContaining("must have 3 channels");
  }

  @Test
  void the_middle_frame_of_a_movement_is_the_image() {
    PixelImage clean = Pictures.detailed(40, 30, 1);
    for (Sequence sequence :
        List.of(
            new RotateSequence(),
            new TiltSequence(),
            new TranslateSequence(),
            new BrightnessSequence())) {
      assertThat(frame(sequence, clean, sequence.frames() / 2, 0).values())
          .as(sequence.id())
          .containsExactly(clean.values(), within(1e-5f));
    }
    assertThat(frame(new ScaleSequence(), clean, 24, 0).values().length).isEqualTo(3600);
    assertThat(frame(new ZoomBlurSequence(), clean, 0, 0).values()).isEqualTo(clean.values());
  }

  @Test
  void steps_are_those_of_the_paper() {
    float[] values = new float[3 * 225 * 225];
    values[112 * 225 + 112] = 1;
    PixelImage point = PixelImage.rgb(225, 225, values);
    double[] moved = Pictures.center(frame(new TranslateSequence(), point, 40, 0));
    assertThat(moved[1] - 112).isCloseTo(20 * 225 / 224., within(.01));
    assertThat(frame(new BrightnessSequence(), Pictures.plain(1, 1, .5f), 0, 0).values()[0])
        .isCloseTo(.2f, within(1e-6f));
    PixelImage gray = Pictures.plain(64, 64, .5f);
    assertThat(Pictures.rms(gray, frame(new GaussianNoiseSequence(null), gray, 3, 0)))
        .isCloseTo(.03, within(.001));
  }

  @Test
  void noise_needs_a_deviation() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> new GaussianNoiseSequence(0.))
        .withMessageContaining("The deviation (0.0) of sequence gaussian-noise must be above 0");
  }
}
