package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.EmbeddingFile;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models whose nearest item is the one with the largest inner product. */
@Tag("native")
class DotDistanceTest {

  @TempDir private Path dir;

  /** By angle and by distance, every item finds its class; a long one is everybody's nearest. */
  private Path stored() throws IOException {
    Path file = dir.resolve("stored.npz");
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      npz.write("embeddings", new float[] {1, 0, 1.1f, 0.1f, 3, 3, 4, 4}, 4, 2);
      npz.write("labels", new long[] {0, 0, 1, 1});
      npz.finish();
    }
    return file;
  }

  @Test
  void the_largest_inner_product_is_found_and_what_needs_a_distance_is_left_out_by_name()
      throws IOException {
    Cli cli = Cli.run("score", "--embeddings", stored(), "--distance", "dot", "--json").succeeds();
    JsonNode json = new JsonMapper().readTree(cli.out());
    // Items 0 and 1 find the long ones of the other class, which find each other.
    assertThat(json.get("recall_at").get("1").doubleValue()).isEqualTo(0.5);
    for (String id : new String[] {"nmi", "ami", "density-ratio", "alignment", "uniformity"}) {
      assertThat(cli.err()).contains(id + " is left out: it needs a distance, and dot is none.");
      assertThat(json.has(id.replace('-', '_'))).isFalse();
    }
    assertThat(json.has("mean_cosine")).isTrue();
    for (String distance : new String[] {"cosine", "euclidean"}) {
      Cli other =
          Cli.run("score", "--embeddings", stored(), "--distance", distance, "--json").succeeds();
      JsonNode found = new JsonMapper().readTree(other.out());
      assertThat(found.get("recall_at").get("1").doubleValue()).isEqualTo(1);
      assertThat(other.err()).doesNotContain("left out");
    }
  }

  @Test
  void a_metric_that_needs_a_distance_is_refused_where_it_is_asked_for() throws IOException {
    Cli.run("score", "--embeddings", stored(), "--distance", "dot", "--metrics", "recall,nmi")
        .refuses(2, "metric (nmi)", "dot is none");
  }

  @Test
  void an_audit_ranks_by_inner_product_and_names_what_it_leaves_out() throws IOException {
    Path model = World.model(dir.resolve("model"));
    Path card = model.resolve("model.yaml");
    Files.writeString(
        card,
        Files.readString(card)
            .replace("normalize: true, distance: euclidean", "normalize: false, distance: dot"));
    Path data = World.images(dir.resolve("pictures"), 4, 6);
    Path battery =
        World.write(
            dir.resolve("battery.yaml"),
            """
            schema: 1
            name: products
            metrics: [recall@1]
            attacks:
              - attack: {type: pgd, steps: 8}
                objectives: [{type: embedding-shift}, {type: margin}, {type: single-target}]
                epsilons: [16/255]
            embeddings:
              - {attack: {type: boundary-distance}}
              - {attack: {type: embedding-noise}}
              - {attack: {type: int8-quantization}}
            """);
    Path out = dir.resolve("audit");
    Cli cli =
        Cli.run(
                "audit",
                "--model",
                model,
                "--data",
                data,
                "--out",
                out,
                "--battery",
                battery,
                "--allow-unreliable")
            .succeeds();
    String left = "boundary-distance, embedding-noise-0.5: left out, because dot is no distance";
    assertThat(cli.out()).contains(left);
    Audit audit = AuditFiles.readAudit(out);
    assertThat(audit.data().notes()).anyMatch(note -> note.startsWith(left));
    assertThat(audit.rows().stream().map(ResultRow::perturbation))
        .contains("int8-quantization-tensor")
        .noneMatch(p -> p.startsWith("boundary") || p.startsWith("embedding-noise"));
    Path file = dir.resolve("e.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", file).succeeds();
    double clean = recall(audit, "clean", null);
    assertThat(clean).isCloseTo(byLoops(EmbeddingFile.read(file).set()), within(1e-12));
    assertThat(recall(audit, "pgd-linf", "margin-1")).isLessThan(clean);
  }

  private static double recall(Audit audit, String perturbation, String objective) {
    return audit.rows().stream()
        .filter(row -> row.kind() != Kind.AGGREGATE && row.perturbation().equals(perturbation))
        .filter(row -> row.metric().equals("recall"))
        .filter(row -> objective == null || objective.equals(row.objective()))
        .mapToDouble(ResultRow::value)
        .findFirst()
        .orElseThrow();
  }

  private static double byLoops(EmbeddingSet set) {
    int hits = 0;
    for (int q = 0; q < set.size(); q++) {
      double relevant = Double.NEGATIVE_INFINITY;
      double other = Double.NEGATIVE_INFINITY;
      for (int g = 0; g < set.size(); g++) {
        double dot = 0;
        for (int d = 0; d < set.dimension(); d++) {
          dot += (double) set.row(q)[d] * set.row(g)[d];
        }
        if (g != q && set.labels()[g] == set.labels()[q]) {
          relevant = Math.max(relevant, dot);
        } else if (g != q) {
          other = Math.max(other, dot);
        }
      }
      hits += relevant > other ? 1 : 0;
    }
    return (double) hits / set.size();
  }
}
