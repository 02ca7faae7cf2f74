package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class DistanceTest {

  @Test
  void is_found_by_its_id() {
    for (Distance distance : Distance.values()) {
      assertThat(Distance.of(distance.id())).isEqualTo(distance);
    }
    assertThat(Distance.of("euclidean")).isEqualTo(Distance.EUCLIDEAN);
    assertThat(Distance.of("cosine")).isEqualTo(Distance.COSINE);
    assertThat(Distance.of("dot")).isEqualTo(Distance.DOT);
  }

  @Test
  void has_the_same_id_in_every_language() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(Distance.COSINE.id()).isEqualTo("cosine");
      assertThat(Distance.EUCLIDEAN.id()).isEqualTo("euclidean");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void names_the_known_ids_for_an_unknown_one() {
    assertThatThrownBy(() -> Distance.of("COSINE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The distance (COSINE) must be one of euclidean, cosine, dot.");
  }
}
