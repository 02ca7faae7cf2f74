package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import org.junit.jupiter.api.Test;

class CombinedTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Combined();
  }

  @Test
  void is_one_after_the_other() {
    PixelImage clean = Pictures.detailed(40, 30, 1);
    PixelImage blurred = new DefocusBlur().apply(clean, 2, Dialect.HENDRYCKS_64, null);
    PixelImage stored = new JpegCompression().apply(blurred, 2, Dialect.HENDRYCKS_64, null);
    assertThat(corrupt(clean, 2, Dialect.HENDRYCKS_64, 0).values()).isEqualTo(stored.values());
  }

  @Test
  void two_ids_are_joined_by_a_plus_and_the_dialect_names_both() {
    Corruption both = Corruption.of("rotation+frost");
    assertThat(both).isEqualTo(new Combined(new Rotation(), new Frost()));
    assertThat(both.id()).isEqualTo("rotation+frost");
    assertThat(both.dialect(Dialect.HENDRYCKS_64))
        .isEqualTo("holdfast-64+" + new Frost().dialect(Dialect.HENDRYCKS_64));
    assertThat(corruption().dialect(Dialect.HENDRYCKS_64)).isEqualTo("hendrycks-64");
  }

  @Test
  void anything_but_two_known_ids_is_refused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Corruption.of("fog+frots"))
        .withMessageContaining("you meant frost");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Corruption.of("fog+frost+snow"))
        .withMessageContaining("join two corruptions");
  }
}
