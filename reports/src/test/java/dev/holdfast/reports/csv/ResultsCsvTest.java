package dev.holdfast.reports.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsCsvTest {

  private static String write(List<ResultRow> rows) throws IOException {
    StringBuilder out = new StringBuilder();
    ResultsCsv.write(rows, out);
    return out.toString();
  }

  private static List<CSVRecord> parse(String csv) throws IOException {
    return CSVFormat.DEFAULT
        .builder()
        .setHeader()
        .setSkipHeaderRecord(true)
        .get()
        .parse(new StringReader(csv))
        .getRecords();
  }

  private static ResultRow row(double value, Double clean, Double relative) {
    return new ResultRow(
        "m",
        "d",
        Kind.ATTACK,
        "pgd-linf",
        null,
        null,
        "linf",
        8 / 255.0,
        8.0,
        null,
        "query",
        "white-box",
        20,
        "recall",
        1,
        value,
        0,
        Double.NaN,
        3,
        clean,
        relative,
        7,
        "{}",
        null,
        "h",
        null);
  }

  @Test
  void has_the_agreed_columns() throws IOException {
    assertThat(write(List.of()))
        .isEqualTo(
            "model,dataset,kind,perturbation,family,objective,norm,epsilon,epsilon_255,severity,"
                + "side,knowledge,steps,metric,k,value,ci_low,ci_high,n_queries,clean_value,"
                + "relative,seed,setting,dialect,threat_hash,draw_sd\n");
  }

  @Test
  void writes_every_number_so_that_it_reads_back_the_same() throws IOException {
    Audit audit = Audits.large();
    List<CSVRecord> records = parse(write(audit.rows()));
    assertThat(records).hasSameSizeAs(audit.rows());
    for (int i = 0; i < records.size(); i++) {
      ResultRow row = audit.rows().get(i);
      assertThat(Double.parseDouble(records.get(i).get("value"))).isEqualTo(row.value());
      assertThat(records.get(i).get("epsilon"))
          .isEqualTo(row.epsilon() == null ? "" : Double.toString(row.epsilon()));
    }
  }

  @Test
  void writes_the_shortest_form() throws IOException {
    assertThat(parse(write(List.of(row(2.0e-3, null, null)))).get(0).get("value"))
        .isEqualTo("0.002");
    // The JDK writes 2.0E-3 right but this one, before Java 19, with a digit too many.
    assertThat(parse(write(List.of(row(2.2e-322, null, null)))).get(0).get("value"))
        .isEqualTo("2.2E-322");
  }

  @Test
  void leaves_out_what_is_not_a_number() throws IOException {
    CSVRecord record = parse(write(List.of(row(Double.NaN, Double.NaN, Double.NaN)))).get(0);
    assertThat(record.get("value")).isEmpty();
    assertThat(record.get("ci_high")).isEmpty();
    assertThat(record.get("clean_value")).isEmpty();
    assertThat(record.get("relative")).isEmpty();
    assertThat(record.get("ci_low")).isEqualTo("0.0");
  }

  @Test
  void leaves_out_the_relative_value_where_the_clean_value_is_zero() throws IOException {
    CSVRecord record = parse(write(List.of(row(0, 0.0, 1.0)))).get(0);
    assertThat(record.get("clean_value")).isEqualTo("0.0");
    assertThat(record.get("relative")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=cmd|'/c calc'!A1",
        "a,b",
        "say \"hi\"",
        "two\nlines",
        "</script><script>alert(1)</script>",
        "\u00fcn\u00efc\u00f6de \u2028",
        " space "
      })
  void keeps_hostile_names_as_they_are(String name) throws IOException {
    List<CSVRecord> records = parse(write(Audits.small(name, name).rows()));
    assertThat(records)
        .isNotEmpty()
        .allSatisfy(
            record -> {
              assertThat(record.get("model")).isEqualTo(name);
              assertThat(record.get("dataset")).isEqualTo(name);
              assertThat(record.get("seed")).isEqualTo("7");
            });
  }
}
