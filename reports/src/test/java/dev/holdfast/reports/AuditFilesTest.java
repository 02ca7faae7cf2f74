package dev.holdfast.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.QueryRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditFilesTest {

  private static final List<String> RENDERED =
      List.of(AuditFiles.RESULTS, AuditFiles.MARKDOWN, AuditFiles.HTML);

  @TempDir Path directory;

  private static QueryRow query(long id) {
    return new QueryRow(
        "c", "clean", id, "p" + id, "l", 1, 1, Map.of(1, true), 0, 0, 0, 0, 1, 0, 0, null);
  }

  private void write() throws IOException {
    AuditFiles.writeAudit(directory, Audits.small());
    AuditFiles.writeShown(directory, Audits.show(directory.resolve(AuditFiles.SHOWN), 2, 16));
  }

  @Test
  void renders_the_same_bytes_again_from_the_data_alone() throws IOException {
    write();
    AuditFiles.render(directory);
    for (String name : RENDERED) {
      Files.move(directory.resolve(name), directory.resolve(name + ".first"));
    }
    AuditFiles.render(directory);
    for (String name : RENDERED) {
      assertThat(directory.resolve(name))
          .hasSameBinaryContentAs(directory.resolve(name + ".first"));
    }
  }

  @Test
  void leaves_no_temporary_file() throws IOException {
    write();
    AuditFiles.writeQueries(directory, Stream.of(query(1)));
    AuditFiles.render(directory);
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder(
            "audit.json", "results.csv", "report.md", "report.html", "queries.csv.gz", "evidence");
  }

  @Test
  void reads_an_audit_by_its_folder_and_by_its_file() throws IOException {
    write();
    assertThat(AuditFiles.readAudit(directory)).isEqualTo(Audits.small());
    assertThat(AuditFiles.readAudit(directory.resolve("audit.json"))).isEqualTo(Audits.small());
  }

  @Test
  void says_which_file_does_not_exist() {
    assertThatThrownBy(() -> AuditFiles.readAudit(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory.resolve("audit.json").toString());
    assertThatThrownBy(() -> AuditFiles.readQueries(directory).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(AuditFiles.QUERIES);
  }

  @Test
  void reads_back_the_shown_queries() throws IOException {
    List<Example> shown = Audits.show(directory.resolve(AuditFiles.SHOWN), 3, 8);
    AuditFiles.writeShown(directory, shown);
    assertThat(AuditFiles.readShown(directory)).isEqualTo(shown);
  }

  @Test
  void shows_nothing_where_there_is_no_index() {
    assertThat(AuditFiles.readShown(directory)).isEmpty();
  }

  @Test
  void reads_back_the_queries() {
    List<QueryRow> rows =
        Stream.iterate(1L, id -> id + 1).limit(5000).map(id -> query(id)).toList();
    AuditFiles.writeQueries(directory, rows.stream());
    try (Stream<QueryRow> read = AuditFiles.readQueries(directory)) {
      assertThat(read).containsExactlyElementsOf(rows);
    }
  }

  @Test
  void compresses_the_queries_without_a_time() throws IOException {
    AuditFiles.writeQueries(directory, Stream.of(query(1)));
    byte[] bytes = Files.readAllBytes(directory.resolve(AuditFiles.QUERIES));
    assertThat(bytes).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
    AuditFiles.writeQueries(directory, Stream.of(query(1)));
    assertThat(Files.readAllBytes(directory.resolve(AuditFiles.QUERIES))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../audit.json", "/etc/hostname", "missing.png", ".."})
  void takes_images_from_its_own_folder_only(String name) throws IOException {
    write();
    Path index = directory.resolve(AuditFiles.SHOWN).resolve("index.json");
    Files.writeString(index, Files.readString(index).replace("clean-0.png", name));
    assertThatThrownBy(() -> AuditFiles.render(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name);
  }

  @Test
  void refuses_a_file_that_is_no_image() throws IOException {
    write();
    Files.writeString(directory.resolve(AuditFiles.SHOWN).resolve("clean-0.png"), "<svg/>");
    assertThatThrownBy(() -> AuditFiles.render(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("clean-0.png");
  }
}
