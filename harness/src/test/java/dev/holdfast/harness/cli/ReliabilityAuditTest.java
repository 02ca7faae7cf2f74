package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.TrustVerdict;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a worst case that was no worst case. */
@Tag("native")
class ReliabilityAuditTest {

  @TempDir private static Path shared;

  @BeforeAll
  static void model_and_images() {
    World.model(shared.resolve("model"));
    World.images(shared.resolve("pictures"), 4, 12);
  }

  private static Audit audit(String name, String step) {
    Path battery =
        World.write(
            shared.resolve(name + ".yaml"),
            """
            schema: 1
            name: %s
            metrics: [recall@1]
            worst_cases:
              - epsilons: [16/255]
                members:
                  - attack: {type: pgd, steps: 50, step_size: %s, random_start: false}
                    objectives: [{type: margin}]
            """
                .formatted(name, step));
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
              "--batch-size",
              8,
              "--allow-unreliable")
          .succeeds();
    }
    return AuditFiles.readAudit(out);
  }

  private static TrustVerdict reliability(Audit audit) {
    return audit.trust().stream()
        .filter(verdict -> verdict.check().startsWith("reliability"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void survivors_that_fall_to_more_effort_are_a_margin_of_the_worst_case() {
    TrustVerdict verdict = reliability(audit("weak", "0.05/255"));
    assertThat(verdict.check()).isEqualTo("reliability-linf-16/255");
    assertThat(verdict.finding()).contains("the true worst case is lower by about");
    assertThat(verdict.figures().get("times_the_passes")).isGreaterThanOrEqualTo(2);
    assertThat(verdict.figures().get("broken")).isPositive();
    assertThat(verdict.figures().get("points")).isPositive();
  }

  @Test
  void where_little_survives_there_is_nothing_to_ask() {
    TrustVerdict verdict = reliability(audit("strong", "4/255"));
    assertThat(verdict.figures().get("left")).isLessThan(0.1);
    assertThat(verdict.figures().get("sampled")).isZero();
  }
}
