package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RetrievalMetricRegistryTest {

  @Test
  void lists_every_metric() {
    assertThat(RetrievalMetric.all().stream().map(Object::getClass).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(RetrievalMetric.class.getPermittedSubclasses());
  }

  @Test
  void lists_no_column_twice() {
    assertThat(RetrievalMetric.all().stream().map(m -> m.id() + m.k()).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void gives_each_kind_an_id_of_its_own() {
    int kinds = RetrievalMetric.class.getPermittedSubclasses().length;

    assertThat(RetrievalMetric.all().stream().map(RetrievalMetric::id).distinct())
        .hasSize(kinds)
        .contains("recall", "map-at-r");
  }

  @Test
  void has_a_contract_test_for_every_metric() throws ClassNotFoundException {
    for (Class<?> metric : RetrievalMetric.class.getPermittedSubclasses()) {
      assertThat(Class.forName(metric.getName() + "Test"))
          .isAssignableTo(RetrievalMetricContract.class);
    }
    assertThat(Arrays.stream(RetrievalMetric.class.getPermittedSubclasses()))
        .allMatch(Class::isRecord);
  }
}
