package dev.holdfast.harness.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFolderTest {

  private static final Map<String, String> ONE = Map.of("seed", "1", "model", "m");
  private static final Map<String, String> OTHER = Map.of("seed", "2", "model", "m");

  @TempDir private Path folder;

  private static CellOutcome outcome(AuditFolder run, Evidence.Entry evidence) {
    return new CellOutcome(
        1,
        "cell",
        run.configHash(),
        new long[] {-5, 7},
        new int[] {1, 3},
        Map.of("recall@1", new double[] {1, 0}),
        Map.of("shift", new double[] {0, 0.5}),
        new double[] {0.1, Double.NaN},
        new double[] {0, 0.5},
        new double[] {0, 2},
        new int[] {1, 2},
        new int[] {2, 3},
        new int[] {1, 2},
        5,
        3,
        0,
        1,
        evidence,
        List.of(),
        List.of(),
        null);
  }

  @Test
  void a_cell_reads_back_with_what_is_no_number() {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
      CellOutcome read = run.cell("cell").orElseThrow();
      assertThat(read.distanceMoved()).containsExactly(0.1, Double.NaN);
      assertThat(read.ids()).containsExactly(-5, 7);
      assertThat(AuditFolder.MAPPER.writeValueAsString(read))
          .isEqualTo(AuditFolder.MAPPER.writeValueAsString(outcome(run, null)));
      assertThat(run.cell("none")).isEmpty();
    }
  }

  @Test
  void a_cell_of_another_run_or_name_is_none() {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
      run.write("copied", outcome(run, null));
      assertThat(run.cell("copied")).isEmpty();
    }
    try (AuditFolder run = AuditFolder.open(folder.resolve("b"), OTHER, false)) {
      CellOutcome foreign;
      try (AuditFolder one = AuditFolder.open(folder, ONE, false)) {
        foreign = outcome(one, null);
      }
      run.write("cell", foreign);
      assertThat(run.cell("cell")).isEmpty();
    }
  }

  @Test
  void a_file_with_a_damaged_digit_is_none() throws Exception {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
      Path file = folder.resolve("cells/cell.json");
      String text = Files.readString(file);
      for (String damaged :
          List.of(text.replace("\"recall@1\":[1.0,", "\"recall@1\":[0.0,"), "null", "\n", "")) {
        assertThat(damaged).isNotEqualTo(text);
        Files.writeString(file, damaged);
        assertThat(run.cell("cell")).isEmpty();
      }
      Files.writeString(file, text);
      assertThat(run.cell("cell")).isPresent();
    }
  }

  @Test
  void a_cell_without_its_evidence_is_none() throws Exception {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      Evidence.Entry entry =
          Evidence.write(folder, "cell.npz", "cell", npz -> npz.write("ids", new long[] {1}));
      run.write("cell", outcome(run, entry));
      assertThat(run.cell("cell")).isPresent();
      Path file = folder.resolve("evidence/cell.npz");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Files.write(file, bytes);
      assertThat(run.cell("cell")).isEmpty();
      Files.delete(file);
      assertThat(run.cell("cell")).isEmpty();
    }
  }

  @Test
  void the_order_of_the_configuration_does_not_matter() {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
    }
    Map<String, String> turned = new java.util.LinkedHashMap<>();
    turned.put("seed", "1");
    turned.put("model", "m");
    try (AuditFolder run = AuditFolder.open(folder, turned, false)) {
      assertThat(run.cell("cell")).isPresent();
    }
  }

  @Test
  void one_run_at_a_time() {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
      for (boolean fresh : new boolean[] {false, true}) {
        assertThatThrownBy(() -> AuditFolder.open(folder, ONE, fresh))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("must not be in use by another run");
      }
      assertThat(run.cell("cell")).isPresent();
    }
    AuditFolder.open(folder, ONE, false).close();
  }

  @Test
  void a_refused_run_lets_go_of_the_folder() {
    try (AuditFolder run = AuditFolder.open(folder, ONE, false)) {
      run.write("cell", outcome(run, null));
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> AuditFolder.open(folder, OTHER, false))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("it holds another one (other seed)");
    }
    AuditFolder.open(folder, ONE, false).close();
  }

  @Test
  void a_run_that_stored_nothing_gives_way() {
    AuditFolder.open(folder, ONE, false).close();
    try (AuditFolder run = AuditFolder.open(folder, OTHER, false)) {
      run.write("cell", outcome(run, null));
    }
    assertThatThrownBy(() -> AuditFolder.open(folder, ONE, false))
        .isInstanceOf(InputException.class);
  }
}
