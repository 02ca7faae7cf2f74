package dev.holdfast.reports.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.result.QueryRow;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QueriesCsvTest {

  private static final List<QueryRow> ROWS =
      List.of(
          new QueryRow(
              "cell-1",
              "clean",
              -5,
              "a/=1,\"x\"\n.png",
              "a",
              1,
              1,
              Map.of(1, true, 2, true),
              0,
              0,
              0,
              0,
              1,
              0,
              0,
              null),
          new QueryRow(
              "cell-2",
              "pgd-linf",
              Long.MAX_VALUE,
              "b/2.png",
              "b",
              null,
              17,
              Map.of(1, false, 2, false),
              0.1 + 0.2,
              8 / 255.0,
              Double.NaN,
              20,
              21,
              20,
              9,
              "apgd-linf margin-1"));

  private static String write(List<QueryRow> rows) throws IOException {
    StringBuilder out = new StringBuilder();
    QueriesCsv.write(rows.iterator(), out);
    return out.toString();
  }

  @Test
  void reads_back_what_it_wrote() throws IOException {
    try (Stream<QueryRow> read = QueriesCsv.read(new StringReader(write(ROWS)), "q")) {
      assertThat(read).containsExactlyElementsOf(ROWS);
    }
  }

  @Test
  void has_a_column_per_cut_off() throws IOException {
    assertThat(write(ROWS))
        .startsWith(
            "cell,perturbation,id,path,label,rank_clean,rank,hit_at_1,hit_at_2,distance_moved,"
                + "perturbation_linf,perturbation_l2,steps,forwards,backwards,draw,broken_by\n");
  }

  @Test
  void writes_a_header_without_rows() throws IOException {
    try (Stream<QueryRow> read = QueriesCsv.read(new StringReader(write(List.of())), "q")) {
      assertThat(read).isEmpty();
    }
  }

  @Test
  void refuses_a_cut_off_that_the_first_row_has_not() {
    QueryRow other =
        new QueryRow("c", "p", 1, "x", "y", 1, 1, Map.of(4, true), 0, 0, 0, 0, 0, 0, 0, null);
    assertThatThrownBy(() -> write(List.of(ROWS.get(0), other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4]");
  }

  @Test
  void names_the_file_and_the_record_that_is_broken() throws IOException {
    String broken = write(ROWS).replace("cell-2,pgd-linf,9", "cell-2,pgd-linf,x9");
    assertThatThrownBy(
            () -> {
              try (Stream<QueryRow> read = QueriesCsv.read(new StringReader(broken), "q.csv")) {
                read.forEach(row -> {});
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessageContaining("q.csv")
        .hasMessageContaining("record 3");
  }
}
