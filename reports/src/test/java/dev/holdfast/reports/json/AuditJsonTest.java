package dev.holdfast.reports.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class AuditJsonTest {

  private static final String FILE = "some/audit.json";

  private final Audit audit = Audits.small();
  private final String text = AuditJson.write(audit);

  @Test
  void reads_back_what_it_wrote() {
    Audit read = AuditJson.read(text, FILE);
    assertThat(read).isEqualTo(audit);
    assertThat(AuditJson.write(read)).isEqualTo(text);
  }

  @Test
  void reads_back_hostile_names() {
    String hostile = "</script>\"\\\n\u0000\u2028=cmd|'" + "x".repeat(300);
    Audit strange = Audits.small(hostile, hostile);
    assertThat(AuditJson.read(AuditJson.write(strange), FILE)).isEqualTo(strange);
  }

  @Test
  void writes_numbers_as_numbers() {
    for (JsonNode row : AuditJson.mapper().readTree(text).get("rows")) {
      assertThat(row.get("value").isNumber()).isTrue();
      assertThat(row.get("epsilon_255").isNumber() || row.get("epsilon_255").isNull()).isTrue();
      assertThat(row.get("seed").isIntegralNumber()).isTrue();
    }
  }

  @Test
  void writes_keys_in_the_order_of_the_records_and_maps_sorted() {
    JsonNode tree = AuditJson.mapper().readTree(text);
    assertThat(tree.propertyNames())
        .containsExactly(
            "schema_version",
            "model",
            "data",
            "battery",
            "threat_models",
            "rows",
            "trust",
            "provenance");
    JsonNode card = tree.get("model").get("card");
    assertThat(card.propertyNames()).containsExactly("embedding", "name", "schema");
    assertThat(card.get("embedding").propertyNames())
        .containsExactly("dimension", "distance", "normalize");
  }

  @Test
  void writes_nan_as_null_and_reads_null_as_nan() {
    TrustVerdict check = new TrustVerdict("c", Verdict.OK, "f", Map.of("a", Double.NaN));
    Audit strange =
        new Audit(
            1,
            audit.model(),
            audit.data(),
            audit.battery(),
            List.of(),
            audit.rows(),
            List.of(check),
            audit.provenance());
    String written = AuditJson.write(strange);
    assertThat(written).contains("\"a\": null").doesNotContain("NaN");
    assertThat(written).contains("\"ci_low\": null");
    Audit read = AuditJson.read(written, FILE);
    assertThat(read.trust().get(0).figures().get("a")).isNaN();
    assertThat(read.rows().get(read.rows().size() - 1).ciLow()).isNaN();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"battery\": \"standard\" | \"batery\": \"standard\" | you meant battery",
        "\"battery\": \"standard\", | | battery",
        "\"n_queries\": 400 | \"n_queries\": \"400\" | rows[0].n_queries",
        "\"n_queries\": 400 | \"n_queries\": 4.5 | rows[0].n_queries",
        "\"value\": 0.75 | \"value\": \"0.75\" | rows[0].value",
        "\"kind\": \"clean\" | \"kind\": \"CLEAN\" | rows[0].kind",
        "\"kind\": \"clean\" | \"kind\": null | kind",
        "\"battery\": \"standard\" | \"battery\": \"standard\", \"battery\": \"x\" | Duplicate",
        "\"schema_version\": 1 | \"schema_version\": 2 | must be 1",
        "\"schema_version\": 1, | | missing",
      })
  void refuses_what_is_not_an_audit(String old, String replacement, String reason) {
    assertThat(text).contains(old);
    String broken =
        text.replaceFirst(
            java.util.regex.Pattern.quote(old), replacement == null ? "" : replacement);
    assertThatThrownBy(() -> AuditJson.read(broken, FILE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(FILE)
        .hasMessageContaining(reason);
  }

  @Test
  void refuses_a_truncated_file_wherever_it_ends() {
    for (int end = 0; end < text.length() - 2; end += 97) {
      String part = text.substring(0, end);
      assertThatThrownBy(() -> AuditJson.read(part, FILE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(FILE);
    }
  }

  @Test
  void refuses_text_behind_the_audit() {
    assertThatThrownBy(() -> AuditJson.read(text + "{}", FILE)).isInstanceOf(InputException.class);
  }
}
