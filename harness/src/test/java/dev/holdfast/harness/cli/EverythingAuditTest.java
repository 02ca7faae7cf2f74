package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.npz.NpzWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Audits of every kind of cell, a study and scores, value by value against what they came to once.
 *
 * <p>{@code -Dholdfast.values=exact} wants every digit and every hash, as on the machine where they
 * were stored; {@code -Dholdfast.values=store} stores them anew, which is right only where numbers
 * are meant to change.
 */
@Tag("native")
@Timeout(600)
class EverythingAuditTest {

  private static final String FOLDER = "everything";
  private static final String MODE = System.getProperty("holdfast.values", "near");

  @TempDir private static Path shared;

  private static Path given;

  @BeforeAll
  static void find() throws URISyntaxException {
    given = given();
  }

  /** Returns the folder in the sources, so that values can be stored there. */
  static Path given() throws URISyntaxException {
    Path classes =
        Path.of(EverythingAuditTest.class.getResource("/archunit.properties").toURI()).getParent();
    return Stream.iterate(classes, Path::getParent)
        .map(folder -> folder.resolve("src/test/resources/dev/holdfast/harness/" + FOLDER))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow();
  }

  private static Path audit(String name, Object... more) {
    Path out = shared.resolve(name);
    List<Object> words = new ArrayList<>(List.of("audit", "--out", out, "--seed", 17));
    words.addAll(List.of("--evidence", "all", "--batch-size", 8, "--allow-unreliable"));
    words.addAll(List.of(more));
    Cli.run(words.toArray()).succeeds();
    return out;
  }

  private static void isAsItWas(String name, MeasuredValues now) throws IOException {
    Path file = given.resolve("values").resolve(name + ".tsv.gz");
    if (MODE.equals("store")) {
      Files.createDirectories(file.getParent());
      now.write(file);
    }
    MeasuredValues before = MeasuredValues.read(file);
    MeasuredValues.Nearness nearness =
        MODE.equals("near") ? MeasuredValues.Nearness.ANY_PROCESSOR : MeasuredValues.Nearness.EXACT;
    assertThat(before.differences(now, nearness)).as(name + " " + before.rows()).isEmpty();
  }

  @Test
  void an_audit_of_every_kind_of_cell_has_the_values_that_it_had() throws IOException {
    Path data = given.resolve("pictures");
    Path reference =
        audit(
            "reference",
            "--model",
            given.resolve("other"),
            "--data",
            data,
            "--battery",
            given.resolve("reference.yaml"));
    Path audit =
        audit(
            "everything",
            "--model",
            given.resolve("model"),
            "--data",
            data,
            "--battery",
            given.resolve("everything.yaml"),
            "--reference",
            reference);
    isAsItWas("reference", new MeasuredValues().audit(reference));
    isAsItWas("everything", new MeasuredValues().audit(audit));
  }

  @Test
  void audits_of_drawn_galleries_and_of_queries_outside_have_the_values_that_they_had()
      throws IOException {
    Path battery = given.resolve("protocols.yaml");
    Path model = given.resolve("model");
    Path draws =
        audit(
            "draws",
            "--model",
            model,
            "--data",
            given.resolve("vehicles"),
            "--subset",
            "--battery",
            battery);
    Path outside =
        audit(
            "query-gallery",
            "--model",
            model,
            "--query",
            given.resolve("pictures"),
            "--gallery",
            given.resolve("found"),
            "--battery",
            battery);
    isAsItWas("draws", new MeasuredValues().audit(draws));
    isAsItWas("query-gallery", new MeasuredValues().audit(outside));
  }

  @Test
  void a_study_of_two_methods_has_the_values_that_it_had() throws IOException {
    Path out = shared.resolve("study");
    Cli.run("study", given.resolve("study.yaml"), "--out", out, "--allow-unreliable").succeeds();
    isAsItWas("study", new MeasuredValues().study(out));
  }

  @Test
  void scores_of_the_golden_embeddings_have_the_values_that_they_had() throws IOException {
    Path golden = Path.of("..", "metrics", "src", "test", "resources", "golden", "retrieval");
    Map<String, NpyArray> arrays = NpzReader.read(golden.resolve("retrieval.npz"));
    MeasuredValues now = new MeasuredValues();
    for (String form : List.of("", "_raw")) {
      Path self = npz(arrays, "self.embeddings" + form, "self.labels");
      Path query = npz(arrays, "qg.query" + form, "qg.query_labels");
      Path gallery = npz(arrays, "qg.gallery" + form, "qg.gallery_labels");
      for (String distance : List.of("cosine", "euclidean", "dot")) {
        now.score("self" + form + " " + distance, score("--embeddings", self, distance));
        now.score(
            "query-gallery" + form + " " + distance,
            score("--embeddings", query, distance, "--gallery", gallery));
      }
    }
    isAsItWas("score", now);
  }

  private static String score(String option, Path embeddings, String distance, Object... more) {
    List<Object> words = new ArrayList<>(List.of("score", "--json", option, embeddings));
    words.addAll(List.of("--distance", distance, "-k", "1,2,4,8"));
    words.addAll(List.of(more));
    return Cli.run(words.toArray()).succeeds().out();
  }

  private static Path npz(Map<String, NpyArray> arrays, String embeddings, String labels)
      throws IOException {
    Path file = shared.resolve(embeddings + ".npz");
    NpyArray values = arrays.get(embeddings);
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      npz.write("embeddings", values.floats(), values.shape()[0], values.shape()[1]);
      npz.write("labels", arrays.get(labels).longs());
      npz.finish();
    }
    return file;
  }
}
