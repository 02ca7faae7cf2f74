package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.cli.MeasuredValues.Nearness;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Comparisons of stored values find what changed, and take for equal what other processors do. */
class MeasuredValuesTest {

  private static final String CELL = "query | worst-case-r-linf_recall-1_0.0235294";

  private static MeasuredValues stored;

  @BeforeAll
  static void read() throws Exception {
    stored = MeasuredValues.read(EverythingAuditTest.given().resolve("values/everything.tsv.gz"));
  }

  private static List<String> changed(String address, String value, Nearness nearness) {
    assertThat(stored.get(address)).isNotNull().isNotEqualTo(value);
    return stored.differences(stored.with(address, value), nearness);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "gone",
      value = {
        "query   | rank                   | 30",
        "query   | hit at 2               | 7",
        "query   | forwards               | 100000",
        "query   | values map-at-r        | 0.07",
        "query   | distance moved         | gone",
        "query   | path                   | class-z/1.png",
        "result  | value                  | 12.5",
        "result  | interval low           | gone",
        "result  | setting                | {}",
        "cell    | backwards              | 100001",
        "trust   | verdict                | unreliable",
        "threat  | epsilon                | 9/255",
        "audit   | forwards of checks     | 3",
        "example | after 1                | class-z/1.png"
      })
  void a_value_that_is_another_or_gone_is_found(String table, String column, String value) {
    String address = stored.address(table + " | ", " | " + column);
    for (Nearness nearness : Nearness.values()) {
      assertThat(changed(address, value, nearness))
          .singleElement()
          .asString()
          .startsWith(address + ": " + stored.get(address) + " became ");
    }
  }

  @Test
  void last_digits_and_hashes_are_found_where_every_digit_counts() {
    String moved = stored.address(CELL, " | distance moved");
    String digit = Double.toString(Math.nextUp(Double.parseDouble(stored.get(moved))));
    assertThat(changed(moved, digit, Nearness.EXACT)).hasSize(1);
    assertThat(changed(moved, digit, Nearness.ANY_PROCESSOR)).isEmpty();
    String hash = stored.address("evidence | ", " | sha256");
    assertThat(changed(hash, "0", Nearness.EXACT)).hasSize(1);
    assertThat(changed(hash, "0", Nearness.ANY_PROCESSOR)).isEmpty();
  }

  @Test
  void small_changes_of_many_values_are_found() {
    MeasuredValues other = stored;
    for (String id : stored.rowsOf("query | pgd-linf")) {
      String address = id + " | distance moved";
      double value = Double.parseDouble(stored.get(address));
      other = other.with(address, Double.toString(value * 1.01 + 1e-5));
    }
    assertThat(stored.differences(other, Nearness.ANY_PROCESSOR)).hasSizeGreaterThan(100);
  }

  @Test
  void rows_that_are_new_are_found_and_columns_and_checks_are_welcome() {
    for (String table : List.of("query", "result", "cell")) {
      assertThat(stored.differences(stored.with(table + " | new | value", "1"), Nearness.EXACT))
          .containsExactly(table + " | new: is new");
    }
    String row = stored.rowsOf("result").get(0);
    assertThat(stored.differences(stored.with(row + " | cell", "x"), Nearness.EXACT)).isEmpty();
    assertThat(stored.differences(stored.with("trust | new | verdict", "ok"), Nearness.EXACT))
        .isEmpty();
  }

  @Test
  void what_is_stored_reads_back(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("again.tsv.gz");
    stored.write(file);
    MeasuredValues again = MeasuredValues.read(file);
    assertThat(again.size()).isEqualTo(stored.size()).isGreaterThan(40000);
    assertThat(stored.differences(again, Nearness.EXACT)).isEmpty();
  }
}
