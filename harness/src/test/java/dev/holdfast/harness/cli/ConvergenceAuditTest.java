package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether an audit says that its attacks were stopped before they were done. */
@Tag("native")
class ConvergenceAuditTest {

  @TempDir private static Path shared;

  @BeforeAll
  static void model_and_images() {
    World.model(shared.resolve("model"));
    World.images(shared.resolve("pictures"), 4, 12);
  }

  private static Optional<TrustVerdict> convergence(String name, String attack, String epsilon) {
    Path battery =
        World.write(
            shared.resolve(name + ".yaml"),
            """
            schema: 1
            name: %s
            metrics: [recall@1]
            attacks:
              - attack: %s
                objectives: [{type: margin, k: 1}]
                epsilons: [%s]
            """
                .formatted(name, attack, epsilon));
    Path out = shared.resolve(name);
    for (int run = 0; run < 2; run++) {
      // The second run finds the verdict.
      Cli.run(
              "audit",
              "--model",
              shared.resolve("model"),
              "--data",
              shared.resolve("pictures"),
              "--out",
              out,
              "--battery",
              battery,
              "--allow-unreliable")
          .succeeds();
    }
    return AuditFiles.readAudit(out).trust().stream()
        .filter(verdict -> verdict.check().equals("convergence"))
        .findFirst();
  }

  @Test
  void an_attack_that_was_stopped_on_its_way_is_named() {
    TrustVerdict verdict =
        convergence(
                "short", "{type: pgd, steps: 2, step_size: 1/255, random_start: false}", "16/255")
            .orElseThrow();
    assertThat(verdict.verdict()).as(verdict.finding()).isNotEqualTo(Verdict.OK);
    assertThat(verdict.finding())
        .contains("stopped before it was done")
        .contains("margin-1 16/255");
  }

  @Test
  void an_attack_that_went_to_the_end_of_its_budget_is_done() {
    TrustVerdict verdict =
        convergence("long", "{type: pgd, steps: 20, random_start: false}", "1/255").orElseThrow();
    assertThat(verdict.verdict()).as(verdict.finding()).isEqualTo(Verdict.OK);
    assertThat(verdict.figures().get("queries")).isGreaterThan(8);
  }

  @Test
  void there_is_nothing_to_ask_of_one_step() {
    assertThat(convergence("one", "{type: fgsm}", "1/255")).isEmpty();
  }
}
