package dev.holdfast.attacks.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeterminismTest {

  private final Determinism cpu = new Determinism(true);
  private final Determinism gpu = new Determinism(false);

  @Test
  void any_difference_is_suspicious_where_the_device_repeats_itself() {
    assertThat(cpu.repeated(0).level()).isEqualTo(Level.OK);
    assertThat(cpu.repeated(1e-7).level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(gpu.repeated(1e-7).level()).isEqualTo(Level.OK);
    assertThat(gpu.repeated(1e-4).level()).isEqualTo(Level.SUSPICIOUS);
    for (Determinism device : List.of(cpu, gpu)) {
      assertThat(device.repeated(0.01).level()).isEqualTo(Level.UNRELIABLE);
      assertThat(device.repeated(Double.NaN).level()).isEqualTo(Level.UNRELIABLE);
    }
    assertThat(cpu.repeated(0.25).text()).contains("random", "0.25");
  }

  @Test
  void company_place_and_size_have_tolerances_of_their_own() {
    assertThat(cpu.company(0, 1e-6, 2e-6, List.of()).level()).isEqualTo(Level.OK);
    assertThat(cpu.company(1e-7, 0, 0, List.of()).level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(gpu.company(1e-7, 0, 0, List.of()).level()).isEqualTo(Level.OK);
    assertThat(cpu.company(0, 0.1, 0, List.of()))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.UNRELIABLE))
        .satisfies(f -> assertThat(f.text()).contains("other images of its batch"));
    assertThat(cpu.company(0, 0, 0.1, List.of()))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.UNRELIABLE))
        .satisfies(f -> assertThat(f.text()).contains("number of images in its batch"));
    assertThat(cpu.company(0, 0, 0, List.of(1)))
        .satisfies(f -> assertThat(f.level()).isEqualTo(Level.SUSPICIOUS))
        .satisfies(f -> assertThat(f.text()).contains("[1]", "one batch size only"));
  }

  @Test
  void a_model_that_changed_or_answers_otherwise_with_a_gradient_is_named() {
    assertThat(cpu.afterwards(0).level()).isEqualTo(Level.OK);
    assertThat(cpu.afterwards(1e-6).level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(cpu.afterwards(1).text()).contains("changed while it was audited");
    assertThat(cpu.withGradient(1e-6).level()).isEqualTo(Level.OK);
    assertThat(cpu.withGradient(1e-4).level()).isEqualTo(Level.SUSPICIOUS);
    assertThat(cpu.withGradient(1).text()).contains("another model");
  }
}
