package dev.holdfast.reports.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.study.StudyTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChartTest {

  @Test
  void draws_one_chart_per_norm_and_per_family() {
    assertThat(Chart.of(Audits.large()))
        .extracting(Chart::heading)
        .containsExactly(
            "Attacks within linf",
            "Attacks within l2",
            "Corruptions: noise",
            "Corruptions: blur",
            "Corruptions: weather",
            "Corruptions: digital");
    assertThat(Chart.of(Audits.large())).extracting(Chart::id).doesNotHaveDuplicates();
  }

  @Test
  void starts_every_curve_at_the_clean_value() {
    for (Chart chart : Chart.of(Audits.large())) {
      assertThat(chart.series()).isNotEmpty();
      for (Chart.Series series : chart.series()) {
        assertThat(series.points().get(0).x()).isZero();
        assertThat(series.points().get(0).y()).isEqualTo(0.9125);
        assertThat(series.points()).extracting(Chart.Point::x).isSorted();
      }
    }
  }

  @Test
  void measures_linf_in_steps_of_eight_bit_and_l2_in_pixel_units() {
    List<Chart> charts = Chart.of(Audits.small());
    assertThat(charts.get(0).series().get(0).points().get(1).x()).isEqualTo(8.0);
    assertThat(charts.get(1).series().get(0).points().get(1).x()).isEqualTo(0.5);
  }

  @Test
  void draws_two_curves_for_settings_that_meet_at_one_strength() {
    Audit audit = Audits.small();
    List<ResultRow> rows = new ArrayList<>(audit.rows());
    audit.rows().stream()
        .filter(row -> row.kind() == Kind.ATTACK && row.norm().equals("linf"))
        .forEach(row -> rows.add(Audits.withSetting(row, "{\"restarts\":5}")));
    Audit both = audit.withRows(rows);
    assertThat(Chart.of(both).get(0).series())
        .extracting(Chart.Series::name)
        .containsExactly("pgd-linf, embedding-shift", "pgd-linf, embedding-shift, no. 2");
  }

  /** Audits that have every row twice, with other settings. */
  private static StudyTable.Run run(String method, long seed, double part) {
    Audit audit = Audits.large();
    List<ResultRow> rows = new ArrayList<>();
    for (ResultRow row : audit.rows()) {
      ResultRow less = Audits.withValue(row, row.value() * part);
      rows.add(less);
      if (row.kind() == Kind.ATTACK) {
        rows.add(Audits.withSetting(less, "{\"restarts\":5}"));
      }
    }
    return new StudyTable.Run(method, seed, audit.withRows(rows), Map.of(), "");
  }

  @Test
  void draws_a_curve_of_means_for_each_method_of_a_study() {
    StudyTable table =
        StudyTable.of(
            "toy",
            "clean",
            new TreeMap<>(Map.of("clean", Map.of(), "other", Map.of())),
            List.of(1L, 2L),
            List.of(run("clean", 1, 1), run("other", 1, 0.5), run("other", 2, 0.7)));
    List<Chart> charts = Chart.of(table);
    assertThat(charts).extracting(Chart::id).doesNotHaveDuplicates();
    assertThat(charts).extracting(Chart::heading).doesNotHaveDuplicates();
    List<Chart> one = Chart.of(Audits.large());
    Chart linf = charts.get(0);
    assertThat(charts).anyMatch(c -> c.heading().equals(linf.heading() + ", no. 2"));
    assertThat(linf.series()).extracting(Chart.Series::name).containsExactly("clean", "other");
    List<Chart.Point> expected = one.get(0).series().get(0).points();
    assertThat(linf.series().get(0).points())
        .usingRecursiveFieldByFieldElementComparatorOnFields("x", "y")
        .containsExactlyElementsOf(expected);
    for (int i = 0; i < expected.size(); i++) {
      Chart.Point point = linf.series().get(1).points().get(i);
      assertThat(point.y()).isCloseTo(0.6 * expected.get(i).y(), within(1e-12));
      assertThat(point.low()).isEqualTo(0.5 * expected.get(i).y());
      assertThat(point.high()).isEqualTo(0.7 * expected.get(i).y());
    }
  }

  @Test
  void draws_the_mean_of_each_family_where_there_are_several_severities() {
    Audit audit = Audits.large();
    List<ResultRow> rows = new ArrayList<>(audit.rows());
    for (ResultRow row : audit.rows()) {
      if (row.kind() == Kind.CORRUPTION && List.of("noise", "blur").contains(row.family())) {
        rows.add(Audits.asMean(row, row.family() + "-mean"));
      }
    }
    Audit means = audit.withRows(rows);
    Chart chart =
        Chart.of(means).stream()
            .filter(c -> c.heading().equals("Corruptions: mean of each family"))
            .findFirst()
            .orElseThrow();
    assertThat(chart.series()).extracting(Chart.Series::name).containsExactly("noise", "blur");
    assertThat(chart.series())
        .allSatisfy(
            series ->
                assertThat(series.points())
                    .extracting(Chart.Point::x)
                    .containsExactly(0., 1., 2., 3., 4., 5.));
  }
}
