package dev.holdfast.reports.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.space.SpaceMetric;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricTest {

  static List<RetrievalMetric> retrieval() {
    return RetrievalMetric.all();
  }

  @ParameterizedTest
  @MethodSource("retrieval")
  void every_metric_of_retrieval_is_shown_in_percent(RetrievalMetric metric) {
    Integer k = metric.k().isPresent() ? Integer.valueOf(metric.k().getAsInt()) : null;
    Metric shown = new Metric(metric.id(), k);
    assertThat(shown.isFraction()).isTrue();
    assertThat(shown.text(0.735)).isEqualTo("73.5");
    assertThat(shown.shown(0.735)).isEqualTo(73.5);
  }

  @Test
  void of_a_whole_set_only_shares_are_shown_in_percent() {
    assertThat(SpaceMetric.all())
        .filteredOn(metric -> new Metric(metric.id(), null).isFraction())
        .extracting(SpaceMetric::id)
        .containsExactly("nmi", "ami");
  }

  @Test
  void a_length_is_shown_as_it_is() {
    Metric shift = new Metric("shift", null);
    assertThat(shift.isFraction()).isFalse();
    assertThat(shift.text(0.735)).isEqualTo("0.735");
    assertThat(shift.shown(0.735)).isEqualTo(0.735);
  }
}
