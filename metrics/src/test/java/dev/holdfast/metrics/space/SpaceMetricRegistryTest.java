package dev.holdfast.metrics.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpaceMetricRegistryTest {

  @Test
  void lists_every_metric() {
    assertThat(SpaceMetric.all().stream().map(Object::getClass).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(SpaceMetric.class.getPermittedSubclasses());
  }

  @Test
  void gives_each_an_id_of_its_own() {
    assertThat(SpaceMetric.all().stream().map(SpaceMetric::id).toList())
        .doesNotHaveDuplicates()
        .startsWith("nmi", "ami", "density-ratio", "spectral-decay");
  }

  @Test
  void has_a_contract_test_for_every_metric() throws ClassNotFoundException {
    for (Class<?> metric : SpaceMetric.class.getPermittedSubclasses()) {
      assertThat(Class.forName(metric.getName() + "Test"))
          .isAssignableTo(SpaceMetricContract.class);
    }
    assertThat(Arrays.stream(SpaceMetric.class.getPermittedSubclasses())).allMatch(Class::isRecord);
  }
}
