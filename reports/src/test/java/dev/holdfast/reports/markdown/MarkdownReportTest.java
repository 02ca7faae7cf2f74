package dev.holdfast.reports.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownReportTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '$',
      value = {
        "a|b$a\\|b",
        "<script>$&lt;script&gt;",
        "[x](http://y)$\\[x\\](http://y)",
        "*_`~#$\\*\\_\\`\\~\\#",
        "&lt;$&amp;lt;",
      })
  void shows_texts_as_they_are(String raw, String escaped) {
    assertThat(MarkdownReport.text(raw)).isEqualTo(escaped);
  }

  @Test
  void keeps_tables_whole_whatever_the_names_are() {
    assertThat(MarkdownReport.text("a\nb\r\nc\u2028d")).isEqualTo("a b c d");
    assertThat(MarkdownReport.text(null)).isEmpty();
  }

  @Test
  void holds_nothing_that_changes_from_run_to_run() {
    assertThat(MarkdownReport.render(Audits.large()))
        .doesNotContain("host-of-this-run")
        .doesNotContain("2026-")
        .contains("f236bb9");
  }

  @Test
  void a_mean_without_a_value_is_not_shown() {
    Audit small = Audits.small();
    List<ResultRow> rows = new ArrayList<>();
    for (ResultRow row : small.rows()) {
      rows.add(row.kind() == Kind.AGGREGATE && row.metric().equals("recall") ? empty(row) : row);
    }
    assertThat(MarkdownReport.render(small)).contains("all-corruptions", "all-attacks");
    assertThat(MarkdownReport.render(small.withRows(rows)))
        .doesNotContain("all-corruptions")
        .contains("all-attacks");
  }

  private static ResultRow empty(ResultRow r) {
    return new ResultRow(
        r.model(),
        r.dataset(),
        r.kind(),
        r.perturbation(),
        r.family(),
        r.objective(),
        r.norm(),
        r.epsilon(),
        r.epsilon255(),
        r.severity(),
        r.side(),
        r.knowledge(),
        r.steps(),
        r.metric(),
        r.k(),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        r.nQueries(),
        null,
        null,
        r.seed(),
        r.setting(),
        r.dialect(),
        r.threatHash(),
        null);
  }

  @Test
  void puts_the_verdict_first() {
    assertThat(MarkdownReport.render(Audits.small()).lines().skip(2).findFirst())
        .hasValueSatisfying(line -> assertThat(line).startsWith("**Read the trust findings"));
  }
}
