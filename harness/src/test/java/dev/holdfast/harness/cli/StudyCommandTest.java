package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.file.FolderLock;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class StudyCommandTest {

  private static final String RECIPE =
      """
      schema: 1
      name: small
      backbone: {type: conv-net, widths: [6, 8]}
      embedding: {dimension: 8, normalize: true, distance: cosine}
      input: {height: 16, width: 16}
      batch_size: 16
      samples_per_class: 2
      epochs: 1
      steps_per_epoch: 3
      validation: {fraction: 0}
      """;

  private static final String BATTERY =
      """
      schema: 1
      name: tiny
      limit_queries: 10
      metrics: [recall@1, map-at-r]
      attacks:
        - {attack: {type: pgd, steps: 2}, norm: linf, epsilons: [4/255]}
      """;

  private static final String STUDY =
      """
      schema: 1
      name: tiny
      data: images
      train_split: images/splits.json#train
      test_split: images/splits.json#test
      batteries: [battery.yaml]
      seeds: [3, 4]
      methods:
        - {id: clean, recipe: recipe.yaml}
        - {id: two-branches, recipe: recipe.yaml, with: {seed: 5, method: {type: mdprop, targets: [1]}}}
      """;

  private static void write(Path dir, String study) throws IOException {
    Files.writeString(dir.resolve("recipe.yaml"), RECIPE);
    Files.writeString(dir.resolve("battery.yaml"), BATTERY);
    Files.writeString(dir.resolve("study.yaml"), study);
    Path images = World.images(dir.resolve("images"), 12, 4);
    Files.writeString(
        images.resolve("splits.json"),
        """
        {"train": %s, "test": %s}
        """
            .formatted(classes(0, 8), classes(8, 12)));
  }

  private static String classes(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(c -> "\"class-" + (char) ('a' + c) + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static List<CSVRecord> records(String csv) throws IOException {
    return CSVFormat.DEFAULT
        .builder()
        .setHeader()
        .setSkipHeaderRecord(true)
        .get()
        .parse(new StringReader(csv))
        .getRecords();
  }

  private static List<String> values(List<CSVRecord> lines, String method) {
    return lines.stream()
        .filter(line -> line.get("method").equals(method))
        .map(line -> line.get("values"))
        .toList();
  }

  private static Cli run(Path dir) {
    return Cli.run(
        "study",
        dir.resolve("study.yaml").toString(),
        "--out",
        dir.resolve("out").toString(),
        "--threads",
        "2");
  }

  @Test
  void every_method_is_trained_and_audited_with_every_seed_and_compared_with_the_baseline(
      @TempDir Path dir) throws IOException {
    write(dir, STUDY);
    Cli result = run(dir);
    assertThat(result.code()).as(result.err()).isZero();
    Path out = dir.resolve("out");
    for (String cell : List.of("clean-seed3", "clean-seed4", "two-branches-seed4")) {
      assertThat(out.resolve("cells").resolve(cell).resolve("audits/tiny/audit.json")).exists();
    }
    String csv = Files.readString(out.resolve("study.csv"));
    List<CSVRecord> lines = records(csv);
    // Clean and attacked, recall@1 and MAP@R, and how far embeddings moved; two methods.
    assertThat(lines).hasSize(10);
    for (CSVRecord line : lines) {
      assertThat(line.get("n_seeds")).isEqualTo("2");
      String[] values = line.get("values").split(" ", -1);
      assertThat(values).hasSize(2);
      double mean = (Double.parseDouble(values[0]) + Double.parseDouble(values[1])) / 2;
      assertThat(Double.parseDouble(line.get("mean")))
          .isBetween(mean - 1e-12, mean + 1e-12)
          .isBetween(0.0, 1.0);
      assertThat(line.get("baseline")).isEqualTo(line.get("method").equals("clean") ? "" : "clean");
    }
    assertThat(Files.readString(out.resolve("study.md")))
        .contains("| Perturbation | clean | two-branches |")
        .contains("2 methods, seeds 3, 4; 10 queries")
        .contains("| method.type | standard | mdprop |")
        .doesNotContain("| name |", "| seed |");
    String page = Files.readString(out.resolve("study.html"));
    assertThat(Pattern.compile("href=\"(cells/[^\"]+)\"").matcher(page).results())
        .hasSize(3 * 2 * 2)
        .allSatisfy(link -> assertThat(out.resolve(link.group(1))).isRegularFile());
    assertThat(page)
        .contains(">two-branches</th>")
        .contains("href=\"cells/clean-seed3/audits/tiny/report.html\"");

    // A cell that was lost is made again, and everything else is taken as it is.
    try (Stream<Path> all = Files.walk(out.resolve("cells/two-branches-seed4/audits/tiny"))) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
    Path kept = out.resolve("cells/two-branches-seed4/model/state/epoch-00001/weights.safetensors");
    FileTime before = Files.getLastModifiedTime(kept);
    assertThat(run(dir).code()).isZero();
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(before);
    assertThat(Files.readString(out.resolve("study.csv"))).isEqualTo(csv);
  }

  @Test
  void says_what_it_trains_on_and_which_images_it_cannot_read(@TempDir Path dir)
      throws IOException {
    write(dir, STUDY.replace("[3, 4]", "[3]"));
    try (Stream<Path> all = Files.list(dir.resolve("images/class-a"))) {
      Files.writeString(all.sorted().toList().get(0), "no image");
    }
    String said = run(dir).err();
    assertThat(said)
        .contains("1 images could not be read and are left out, first class-a/")
        .containsOnlyOnce("8 classes with 31 images to train on; none held out.");
  }

  @Test
  void classes_that_models_know_from_other_images_are_told(@TempDir Path dir) throws IOException {
    write(
        dir,
        STUDY
            .replace("[3, 4]", "[3]")
            .replace("images/splits.json#train", "learn")
            .replace("images/splits.json#test", "ask"));
    StringBuilder index = new StringBuilder("path,label,split\n");
    for (int c = 0; c < 12; c++) {
      for (int i = 0; i < 4; i++) {
        String label = "class-" + (char) ('a' + c);
        index.append(
            "%s/%d.png,%s,%s\n"
                .formatted(label, i, label, c > 8 || (i > 1 && c == 8) ? "ask" : "learn"));
      }
    }
    Files.writeString(dir.resolve("images/index.csv"), index);
    Cli result = run(dir);
    assertThat(result.err())
        .contains("Models know classes that they are asked about", ": class-i.");
    assertThat(dir.resolve("out/study.csv")).exists();
  }

  @Test
  void a_study_of_unreliable_numbers_ends_with_a_code_of_its_own(@TempDir Path dir)
      throws IOException {
    // Every image is the same, so nothing can be found and nothing attacked.
    write(dir, STUDY.replace("[3, 4]", "[3]"));
    try (Stream<Path> all = Files.walk(dir.resolve("images"))) {
      List<Path> images = all.filter(p -> p.toString().endsWith(".png")).sorted().toList();
      for (Path image : images.subList(1, images.size())) {
        Files.copy(images.get(0), image, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Cli result = run(dir);
    assertThat(result.out()).contains("unreliable (");
    assertThat(result.code()).isEqualTo(Holdfast.UNRELIABLE);
    Cli allowed =
        Cli.run(
            "study",
            dir.resolve("study.yaml"),
            "--out",
            dir.resolve("out"),
            "--threads",
            "2",
            "--allow-unreliable");
    assertThat(allowed.code()).isZero();
  }

  @Test
  void methods_that_train_the_same_weights_share_an_audit(@TempDir Path dir) throws IOException {
    write(
        dir,
        STUDY.replace("[3, 4]", "[3]")
            + "  - {id: again, recipe: recipe.yaml, with: {gradient_clip: 1000000.0}}\n");
    assertThat(run(dir).code()).isZero();
    Path cells = dir.resolve("out/cells");
    assertThat(cells.resolve("again-seed3/model/weights.safetensors"))
        .hasSameBinaryContentAs(cells.resolve("clean-seed3/model/weights.safetensors"));
    assertThat(cells.resolve("again-seed3/audits")).doesNotExist();
    assertThat(cells.resolve("two-branches-seed3/audits")).exists();
    List<CSVRecord> lines = records(Files.readString(dir.resolve("out/study.csv")));
    assertThat(values(lines, "again")).isNotEmpty().isEqualTo(values(lines, "clean"));
  }

  @Test
  void what_is_wrong_is_said_before_anything_is_trained(@TempDir Path dir) throws IOException {
    write(dir, STUDY.replace("[3, 4]", "[3, 3]"));
    assertThat(run(dir).err()).contains("seeds ([3, 3])");
    write(dir, STUDY.replace("id: two-branches", "id: clean"));
    assertThat(run(dir).err()).contains("ids that differ");
    write(dir, STUDY.replace("seeds:", "baseline: cleen\nseeds:"));
    assertThat(run(dir).err()).contains("you meant clean");
    write(dir, STUDY.replace("#test", "#train"));
    assertThat(run(dir).err()).contains("test_split (images/splits.json#train)");
    write(dir, STUDY.replace("data: images", "data: nowhere"));
    assertThat(run(dir).code()).isEqualTo(2);
    write(dir, STUDY.replace("recipe: recipe.yaml,", "recipe: other.yaml,"));
    Cli result = run(dir);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("other.yaml");
    write(dir, STUDY.replace("[battery.yaml]", "[quik]"));
    assertThat(run(dir).err()).contains("battery (quik) of the study").contains("you meant quick");
    write(dir, STUDY.replace("#test", "#all"));
    Files.writeString(
        dir.resolve("images/splits.json"),
        "{\"train\": %s, \"all\": %s}".formatted(classes(0, 8), classes(7, 12)));
    assertThat(run(dir).err()).contains("have no image of train_split").contains("has class-h/");
    // Too large for the second method alone.
    write(dir, STUDY.replace("with: {", "with: {batch_size: 20, "));
    assertThat(run(dir).err()).contains("batch_size (20)");
    assertThat(dir.resolve("out/cells")).doesNotExist();
  }

  @Test
  void methods_that_differ_in_nothing_but_their_seed_are_refused(@TempDir Path dir)
      throws IOException {
    write(dir, STUDY.replace("method: {type: mdprop, targets: [1]}", "name: another"));
    run(dir)
        .refuses(
            Holdfast.INPUT,
            "methods (clean, two-branches) of the study must have recipes that differ",
            "seeds are those of the study");
    assertThat(dir.resolve("out/cells")).doesNotExist();
  }

  @Test
  void two_studies_do_not_write_in_one_folder(@TempDir Path dir) throws IOException {
    write(dir, STUDY);
    Path out = Files.createDirectories(dir.resolve("out"));
    FolderLock first = FolderLock.take(out).orElseThrow();
    run(dir).refuses(Holdfast.INPUT, "must not be in use by another study");
    first.close();
  }
}
