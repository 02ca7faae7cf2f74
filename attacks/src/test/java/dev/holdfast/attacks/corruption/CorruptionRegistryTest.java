package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CorruptionRegistryTest {

  @Test
  void every_permitted_type_is_listed_once_under_an_id_of_its_own() {
    assertThat(Corruption.all().stream().map(c -> c.getClass().getName()))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Corruption.class.getPermittedSubclasses()).map(Class::getName).toList());
    assertThat(Corruption.all()).extracting(Corruption::id).doesNotHaveDuplicates();
  }

  @Test
  void every_corruption_says_what_it_is() {
    for (Corruption corruption : Corruption.all()) {
      assertThat(corruption.id()).matches("[a-z]+([-+][a-z]+)*");
      // Rows of means over a family end so.
      assertThat(corruption.id()).doesNotEndWith("-mean");
      assertThat(corruption.description()).endsWith(".");
      assertThat(corruption.source()).contains("arXiv:");
      assertThat(corruption.family().id()).isNotEmpty();
      assertThat(Corruption.of(corruption.id())).isEqualTo(corruption);
    }
  }

  @Test
  void every_corruption_passes_the_contract_in_a_test_of_its_own() throws Exception {
    for (Corruption corruption : Corruption.all()) {
      Class<?> test = Class.forName(corruption.getClass().getName() + "Test");
      assertThat(CorruptionContract.class).isAssignableFrom(test);
      var constructor = test.getDeclaredConstructor();
      assertThat(((CorruptionContract) constructor.newInstance()).corruption())
          .isEqualTo(corruption);
    }
  }

  @Test
  void an_unknown_id_is_answered_with_the_nearest() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Corruption.of("gausian-noise"))
        .withMessageContaining("you meant gaussian-noise");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Dialect.of("hendrycks-225"))
        .withMessageContaining("you meant hendrycks-224");
  }

  @Test
  void the_dialect_follows_from_the_longer_side() {
    assertThat(Dialect.forSize(45, 1)).isEqualTo(Dialect.HENDRYCKS_32);
    assertThat(Dialect.forSize(46, 1)).isEqualTo(Dialect.HENDRYCKS_64);
    assertThat(Dialect.forSize(1, 120)).isEqualTo(Dialect.HENDRYCKS_64);
    assertThat(Dialect.forSize(1, 121)).isEqualTo(Dialect.HENDRYCKS_224);
    for (Dialect dialect : Dialect.values()) {
      assertThat(Dialect.of(dialect.id())).isEqualTo(dialect);
    }
  }

  @Test
  void the_dialect_of_what_imagenet_c_does_not_have_is_named_after_holdfast() {
    assertThat(new Fog().dialect(Dialect.HENDRYCKS_64)).isEqualTo("hendrycks-64");
    assertThat(new Rain().dialect(Dialect.HENDRYCKS_64)).isEqualTo("holdfast-64");
  }

  @Test
  void an_image_outside_its_range_is_refused() {
    for (float value : new float[] {-1e-6f, 1.00001f, 255, Float.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new PixelImage(3, 1, 1, new float[] {0, value, 1}))
          .withMessageContaining("[0, 1]");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PixelImage(3, 2, 1, new float[3]))
        .withMessageContaining("3 channels x 2 rows x 1 columns");
  }
}
