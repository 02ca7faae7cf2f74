package dev.holdfast.reports.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultLineTest {

  private final Audit audit = Audits.small();

  @Test
  void holds_every_row_once() {
    List<ResultRow> held =
        ResultLine.of(audit).stream().flatMap(line -> line.values().values().stream()).toList();
    assertThat(held)
        .containsExactlyElementsOf(
            audit.rows().stream().filter(row -> row.kind() != Kind.AGGREGATE).toList());
  }

  @Test
  void says_how_strong_the_perturbation_is() {
    assertThat(ResultLine.of(audit))
        .extracting(ResultLine::strength)
        .containsExactly("", "linf 8/255", "l2 0.5", "severity 3", "severity 5");
  }

  @Test
  void gives_the_setting_only_where_lines_look_alike() {
    assertThat(ResultLine.of(audit)).extracting(ResultLine::setting).containsOnly("");
    List<ResultRow> rows = new ArrayList<>(audit.rows());
    ResultRow attack = rows.stream().filter(r -> r.kind() == Kind.ATTACK).findFirst().orElseThrow();
    rows.add(Audits.withSetting(attack, "{\"restarts\":5}"));
    Audit both = audit.withRows(rows);
    assertThat(ResultLine.of(both))
        .extracting(ResultLine::setting)
        .filteredOn(setting -> !setting.isEmpty())
        .containsExactly("steps 20", "restarts 5");
  }

  @Test
  void puts_recall_first_by_its_cut_off() {
    assertThat(Metric.columns(ResultLine.of(audit)))
        .extracting(Metric::label)
        .containsExactly("R@1", "R@2", "R@4", "R@8", "MAP@R");
  }
}
