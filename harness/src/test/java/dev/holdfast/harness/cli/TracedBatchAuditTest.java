package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.models.engine.ToyEmbedder;
import dev.holdfast.reports.AuditFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that takes a single image at a time, because it was traced with one. */
@Tag("native")
class TracedBatchAuditTest {

  @TempDir private Path dir;

  @Test
  void is_refused_before_anything_is_written_and_runs_with_the_batch_size_that_is_named()
      throws IOException {
    World.write(
        dir.resolve("view1.yaml"),
        """
        schema: 1
        name: traced
        weights: view1.pt
        input: {height: 2, width: 2}
        normalization: none
        embedding: {dimension: 12, normalize: true, distance: cosine}
        """);
    try (InputStream in = ToyEmbedder.class.getResourceAsStream("outputs/view1.pt")) {
      Files.copy(in, dir.resolve("view1.pt"));
    }
    Path battery =
        World.write(
            dir.resolve("battery.yaml"),
            "schema: 1\nname: one\nattacks:\n  - {attack: {type: fgsm}, epsilons: [4/255]}\n");
    Path out = dir.resolve("audit");
    Object[] words = {
      "audit",
      "--model",
      dir.resolve("view1.pt"),
      "--data",
      World.images(dir.resolve("pictures"), 3, 2),
      "--battery",
      battery,
      "--out",
      out,
      "--allow-unreliable",
      "--batch-size",
      "4"
    };
    Cli.run(words).refuses(2, "takes 1 image at a time", "give --batch-size 1,");
    assertThat(out).doesNotExist();
    words[words.length - 1] = "1";
    Cli.run(words).succeeds();
    assertThat(AuditFiles.readAudit(out).data().queries()).isEqualTo(6);
  }
}
