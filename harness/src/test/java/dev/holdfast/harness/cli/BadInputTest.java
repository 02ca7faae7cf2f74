package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user may get wrong: one message, exit code 2, nothing left behind. */
@Tag("native")
class BadInputTest {

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path battery;

  @TempDir private Path own;

  @BeforeAll
  static void prepare() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 3, 3);
    battery =
        World.write(
            shared.resolve("one.yaml"),
            """
            schema: 1
            name: one
            metrics: [recall@1]
            attacks: [{attack: {type: fgsm}, epsilons: [8/255]}]
            """);
  }

  private Path out() {
    return own.resolve("out");
  }

  private Cli audit(Path someModel, Path someData, Object... more) {
    List<Object> words = new ArrayList<>(List.of("audit", "--model", someModel));
    words.addAll(List.of("--data", someData, "--out", out()));
    List<Object> added = List.of(more);
    if (!added.contains("--battery")) {
      words.addAll(List.of("--battery", battery));
    }
    if (!added.contains("--batch-size")) {
      words.addAll(List.of("--batch-size", 8));
    }
    words.addAll(added);
    return Cli.run(words.toArray());
  }

  private void refusesModel(Path someModel, String... parts) {
    audit(someModel, data).refuses(Holdfast.INPUT, parts);
    if (Files.exists(out())) {
      assertThat(World.files(out())).containsOnly(".lock", "run.json");
    }
  }

  private Path copyOfModel() {
    return World.copy(model, own.resolve("model"));
  }

  private Path withCard(String from, String to) {
    Path copy = copyOfModel();
    String card = World.text(copy.resolve("model.yaml"));
    assertThat(card).contains(from);
    World.write(copy.resolve("model.yaml"), card.replace(from, to));
    return copy;
  }

  @Test
  void a_model_without_a_card_is_told_how_to_write_one() throws IOException {
    Path copy = copyOfModel();
    Files.delete(copy.resolve("model.yaml"));
    Cli cli = audit(copy, data);
    assertThat(cli.code()).isEqualTo(Holdfast.INPUT);
    assertThat(cli.err()).contains("must have a model card", "schema: 1", "normalization:");
    Path weights = World.write(own.resolve("net.pt"), "weights");
    assertThat(audit(weights, data).err()).contains("net.yaml does not exist", "weights: net.pt");
    refusesModel(own.resolve("nowhere"), "its name is misspelt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "color: rgb|colour: rgb|key (colour) of model.yaml, line 5|you meant color",
        "color: rgb|color: rbg|rbg|rgb",
        "schema: 1|schema: 3|schema (3)|be 1",
        "height: 16, ||height|at least 1",
        "distance: euclidean|distance: euclid|distance (euclid)|euclidean, cosine",
        "dimension: 8|dimension: eight|dimension (eight)|whole number",
        "dimension: 8|dimension: 9|fc.weight is (8, 8) instead of (9, 8)|dimension of the card",
        "0.25, 0.25]|0.25]|normalization|one number per channel",
        "0.25]|0]|std|be positive",
        "weights.safetensors|other.safetensors|weights (other.safetensors)|does not exist",
        "[6, 8]|[6, 8, 9]|stages.2.conv.weight is missing|another model",
        "type: conv-net|type: convnet|type (convnet)|you meant conv-net"
      })
  void a_card_that_does_not_fit_is_refused(String from, String to, String what, String advice) {
    refusesModel(withCard(from, to == null ? "" : to), what, advice);
  }

  @Test
  void a_refused_model_is_in_nobodys_way() {
    refusesModel(withCard("dimension: 8", "dimension: 9"), "instead of (9, 8)");
    audit(model, data).succeeds();
  }

  @Test
  void weights_that_are_cut_off_are_refused() throws IOException {
    Path copy = copyOfModel();
    byte[] whole = World.bytes(model.resolve("weights.safetensors"));
    for (int length : new int[] {0, 7, 100, whole.length - 1}) {
      Files.write(copy.resolve("weights.safetensors"), Arrays.copyOf(whole, length));
      refusesModel(copy, "weights", "must be a whole safetensors file");
    }
  }

  @Test
  void a_file_that_is_no_torchscript_is_refused() throws IOException {
    Path net = own.resolve("net.pt");
    World.write(own.resolve("net.yaml"), World.card("net.pt").replaceAll("(?m)^backbone.*\\R", ""));
    for (byte[] content :
        List.of(
            new byte[0],
            "not a network".getBytes(StandardCharsets.UTF_8),
            World.bytes(data.resolve("class-a/0.png")))) {
      Files.write(net, content);
      refusesModel(net, "weights (net.pt)", "TorchScript file", "Maybe ");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--battery quik|battery (quik)|you meant quick",
        "--battery none.yaml|none.yaml|must be an existing file",
        "--layout folder-per-clas|layout (folder-per-clas)|you meant folder-per-class",
        "--split oficial|split (oficial)|you meant official",
        "--split none.json#test|none.json|misspelled",
        "--split official|official|first-half",
        "--device cpuu|device (cpuu)|--device cpu",
        "--evidence al|evidence (al)|you meant all",
        "--limit-queries -1|limit_queries (-1)|0 means all",
        "--batch-size 0|batch size (0)|at least 1",
        "--batch-size 2000000000|batch size (2000000000)|at most",
        "--threads -1|threads (-1)|at least 1",
        "--seed 1e3|The seed (1e3) of|whole number"
      })
  void a_wrong_option_is_refused(String words, String what, String advice) {
    audit(model, data, (Object[]) words.split(" ")).refuses(Holdfast.INPUT, what, advice);
    assertThat(out()).doesNotExist();
  }

  @Test
  void budgets_without_their_unit_are_refused() {
    Path wrong = World.write(own.resolve("b.yaml"), World.BATTERY.replace("[8/255]", "[8]"));
    audit(model, data, "--battery", wrong)
        .refuses(Holdfast.INPUT, "b.yaml, line", "epsilon (8) of attack pgd", "you meant 8/255");
  }

  @Test
  void data_that_is_not_there_is_refused() throws IOException {
    audit(model, own.resolve("nowhere")).refuses(Holdfast.INPUT, "nowhere", "misspelled");
    Path empty = Files.createDirectory(own.resolve("empty"));
    audit(model, empty).refuses(Holdfast.INPUT, "empty", "one folder per class");
    Path one = World.images(own.resolve("one"), 1, 3);
    audit(model, one).refuses(Holdfast.INPUT, "number of classes (1)", "at least 2");
    Path lonely = World.images(own.resolve("lonely"), 3, 1);
    audit(model, lonely).refuses(Holdfast.INPUT, "must have a class with two images");
  }

  @Test
  void a_class_with_one_image_is_left_out_and_counted() {
    Path some = World.images(own.resolve("some"), 3, 3);
    World.png(some.resolve("single/0.png"), 5, 0);
    Cli cli = audit(model, some).succeeds();
    assertThat(cli.out()).contains("1 queries were left out", "9 queries against 10 images");
    Audit audit = AuditFiles.readAudit(out());
    assertThat(audit.data().excludedQueries()).isEqualTo(1);
    assertThat(audit.data().queries()).isEqualTo(9);
    assertThat(audit.rows()).allMatch(r -> r.nQueries() == 9);
  }

  @Test
  void unreadable_images_are_left_out_named_and_counted() throws IOException {
    Path some = World.images(own.resolve("some"), 3, 3);
    Files.createFile(some.resolve("class-a/zero.png"));
    World.write(some.resolve("class-b/text.jpg"), "no image");
    byte[] whole = World.bytes(some.resolve("class-c/0.png"));
    Files.write(some.resolve("class-c/half.png"), Arrays.copyOf(whole, whole.length / 2));
    Cli cli = audit(model, some).succeeds();
    assertThat(cli.out()).contains("3 images could not be read, first class-a/zero.png");
    assertThat(AuditFiles.readAudit(out()).data().broken())
        .extracting(b -> b.path())
        .containsExactly("class-a/zero.png", "class-b/text.jpg", "class-c/half.png");
    audit(model, some, "--strict", "--fresh")
        .refuses(Holdfast.INPUT, "class-a/zero.png", "without --strict");
  }

  @Test
  void images_that_are_all_unreadable_are_refused() {
    for (String file : List.of("a/0.png", "a/1.png", "b/0.png")) {
      World.write(own.resolve("bad").resolve(file), "no image");
    }
    audit(model, own.resolve("bad")).refuses(Holdfast.INPUT, "a/0.png", "must be readable");
  }

  @Test
  void gray_palette_and_transparent_images_are_read() {
    Path some = World.images(own.resolve("some"), 3, 3);
    int[] types = {
      BufferedImage.TYPE_BYTE_GRAY,
      BufferedImage.TYPE_USHORT_GRAY,
      BufferedImage.TYPE_INT_ARGB,
      BufferedImage.TYPE_BYTE_INDEXED,
      BufferedImage.TYPE_BYTE_BINARY
    };
    for (int type : types) {
      BufferedImage image = new BufferedImage(20, 17, type);
      image.createGraphics().setPaint(Color.RED);
      World.write(image, "png", some.resolve("class-a/type-" + type + ".png"));
    }
    World.write(
        new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY),
        "bmp",
        some.resolve("class-b/1.bmp"));
    assertThat(audit(model, some).succeeds().out()).contains("15 queries against 15 images");
    assertThat(AuditFiles.readAudit(out()).data().broken()).isEmpty();
  }

  @Test
  void images_in_the_colors_of_printers_are_read() throws IOException {
    Path some = World.images(own.resolve("some"), 3, 3);
    for (String name : List.of("cmyk.jpg", "ycck.jpg", "gray.jpg", "progressive.jpg")) {
      try (var in = ImageDecoder.class.getResourceAsStream(name)) {
        Files.copy(in, some.resolve("class-b").resolve(name));
      }
    }
    assertThat(audit(model, some).succeeds().out()).contains("13 queries against 13 images");
    assertThat(AuditFiles.readAudit(out()).data().broken()).isEmpty();
  }

  @Test
  void links_that_go_in_circles_are_refused() throws IOException {
    Path some = World.images(own.resolve("some"), 2, 2);
    Files.createSymbolicLink(some.resolve("class-a/loop"), some);
    audit(model, some).refuses(Holdfast.INPUT, "some", "Maybe");
  }

  @Test
  void classes_of_a_manifest_are_part_of_the_run() {
    String rows = "";
    for (String file : World.files(data)) {
      rows += file + "," + file.substring(6, 7) + "\n";
    }
    Path manifest =
        World.write(
            data.resolveSibling("pictures.csv"),
            "path,label\n" + rows.replace("class", "pictures/class"));
    audit(model, manifest).succeeds();
    // The same images in the same order, under other classes.
    World.write(manifest, World.text(manifest).replace("0.png,a", "0.png,b"));
    audit(model, manifest).refuses(Holdfast.INPUT, "it holds another one", "other classes");
  }

  /** The same words in a battery and on the command line, before anything is computed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pgd|embedding-shift|linf|8|The epsilon (8) of|be at most 1 for the norm linf|you meant 8/255",
        "pgd,step_size=9/255|embedding-shift|linf|8/255"
            + "|step_size (9/255) of attack pgd|be at most the epsilon 8/255|epsilon/4",
        "pgd|multi-target,targets=7|linf|8/255|The targets (7) of objective multi-target"
            + "|gallery items of other classes, which is 6|use fewer",
        "universal,step_size=1|embedding-shift|l2|0.5"
            + "|step_size (1) of attack universal|be at most the epsilon 0.5|epsilon/4",
        "cw|margin|linf|8/255|norm (linf) of attack cw|be l2|fmn",
      })
  void an_attack_that_cannot_be_is_refused_by_audit_and_attack(
      String attack, String objective, String norm, String epsilon, String a, String b, String c) {
    Path file =
        World.write(
            own.resolve("wrong.yaml"),
            """
            schema: 1
            name: wrong
            metrics: [recall@1]
            attacks:
              - {attack: %s, objectives: [%s], norm: %s, epsilons: [%s]}
            """
                .formatted(yaml(attack), yaml(objective), norm, epsilon));
    audit(model, data, "--battery", file).refuses(Holdfast.INPUT, a, b, "Maybe", c);
    Object[] words = {
      "attack",
      "--model",
      model,
      "--data",
      data,
      "--out",
      out(),
      "--attack",
      attack,
      "--objective",
      objective,
      "--norm",
      norm,
      "--epsilon",
      epsilon
    };
    Cli.run(words).refuses(Holdfast.INPUT, a, b, "Maybe", c);
    assertThat(out()).doesNotExist();
  }

  private static String yaml(String words) {
    return "{type: " + words.replace(",", ", ").replace("=", ": ") + "}";
  }

  @Test
  void a_class_with_one_item_cannot_be_a_target() {
    Path some = World.images(own.resolve("some"), 2, 3);
    World.png(some.resolve("class-z/0.png"), 2, 0);
    Object[] words = {
      "attack",
      "--model",
      model,
      "--data",
      some,
      "--out",
      out(),
      "--attack",
      "fgsm",
      "--objective",
      "unadversarial",
      "--epsilon",
      "8/255"
    };
    Cli.run(words).refuses(Holdfast.INPUT, "class (2)", "unadversarial", "have another item");
    assertThat(out()).doesNotExist();
    // In an audit that image is no query, and counted.
    Path file =
        World.write(
            own.resolve("good.yaml"),
            """
            schema: 1
            name: good
            metrics: [recall@1]
            attacks: [{attack: {type: fgsm}, objectives: [{type: unadversarial}], epsilons: [8/255]}]
            """);
    audit(model, some, "--battery", file, "--allow-unreliable").succeeds();
    assertThat(AuditFiles.readAudit(out()).data().excludedQueries()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "inspect"})
  void other_commands_refuse_the_same(String command) {
    List<Object> words = new ArrayList<>(List.of(command, "--data", data));
    if (command.equals("embed")) {
      words.addAll(List.of("--out", own.resolve("e.npz")));
    }
    words.addAll(List.of("--model", own.resolve("nowhere")));
    Cli.run(words.toArray()).refuses(Holdfast.INPUT, "its name is misspelt");
    words.set(words.size() - 1, withCard("dimension: 8", "dimension: 9"));
    Cli.run(words.toArray()).refuses(Holdfast.INPUT, "instead of (9, 8)");
    assertThat(own.resolve("e.npz")).doesNotExist();
  }

  /** All weights are one number. */
  private Path weightsOf(float number, String distance) throws IOException {
    Path copy = withCard("distance: euclidean", "distance: " + distance);
    ByteBuffer all =
        ByteBuffer.wrap(World.bytes(copy.resolve("weights.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 8 + (int) all.getLong(0); i < all.capacity(); i += Float.BYTES) {
      all.putFloat(i, number);
    }
    Files.write(copy.resolve("weights.safetensors"), all.array());
    return copy;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NaN|euclidean|must give finite embeddings, but those of 9 of 9",
        "0|cosine|since its distance is cosine, but those of 9 of 9"
      })
  void embeddings_that_mean_nothing_are_not_written(float number, String distance, String part)
      throws IOException {
    Path out = own.resolve("e.npz");
    Path broken = weightsOf(number, distance);
    Cli.run("embed", "--model", broken, "--data", data, "--out", out)
        .refuses(Holdfast.INPUT, part, "tiny-net", "class-a/0.png");
    assertThat(out).doesNotExist();
  }

  @Test
  void scores_refuse_files_that_are_no_embeddings() {
    Path text = World.write(own.resolve("e.npz"), "no arrays");
    Cli.run("score", "--embeddings", text).refuses(Holdfast.INPUT, "must be a .npz file");
    Cli.run("score", "--embeddings", own.resolve("no.npz")).refuses(Holdfast.INPUT, "must exist");
    Path images = own.resolve("images.npz");
    Cli.run(
            "attack",
            "--model",
            model,
            "--data",
            data,
            "--attack",
            "fgsm",
            "--epsilon",
            "0",
            "--out",
            images)
        .succeeds();
    Cli.run("score", "--embeddings", images)
        .refuses(Holdfast.INPUT, "array (embeddings)", "[images, adversarial");
  }

  @Test
  void a_report_needs_an_audit() {
    Cli.run("report", own).refuses(Holdfast.INPUT, "audit.json does not exist");
    World.write(own.resolve("audit.json"), "{\"schema_version\": 1");
    Cli.run("report", own).refuses(Holdfast.INPUT, "audit.json");
  }

  @Test
  void inspects_a_model() {
    Cli cli = Cli.run("inspect", "--model", model, "--data", data, "--batch-size", 8).succeeds();
    assertThat(cli.out())
        .contains("tiny-net", "(8, 3, 16, 16), rgb", "8 numbers, scaled to length 1, euclidean")
        .contains("deterministic", "batch-independent", "gradient", "spread")
        .contains("length from 1.000 to 1.000, over 9 images");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "honest|0|Report:",
        "scaled|0|Report:",
        "rounded|4|unreliable (gradient)",
        "step|4|unreliable (gradient)",
        "detached|4|unreliable (gradient)",
        "constant|4|unreliable (spread)",
        "dropouton|4|unreliable (deterministic)",
        "batchdep|4|unreliable (batch-independent)",
        "throws|2|must accept a batch",
        "nans|2|must give finite embeddings",
        "tup|2|a tuple of (",
        "wrongdim|2|dimension: 50",
        "fixedbatch|2|must accept a batch"
      })
  @Tag("golden")
  void broken_and_deceptive_models_are_found_out(String fake, int code, String part) {
    Path folder = Path.of(System.getProperty("holdfast.models", ""), "fakes", fake);
    assumeTrue(Files.isDirectory(folder), "holdfast.models has no folder \"fakes\"");
    Cli cli = audit(folder, data);
    assertThat(cli.code()).as("%s%n%s", cli.out(), cli.err()).isEqualTo(code);
    assertThat(code == Holdfast.INPUT ? cli.err() : cli.out()).contains(part);
    assertThat(cli.err()).doesNotContain("bug in Holdfast", "\tat ");
    if (code == Holdfast.UNRELIABLE) {
      audit(folder, data, "--allow-unreliable").succeeds();
    }
  }

  @Test
  @Tag("golden")
  void a_model_that_fails_for_bright_images_loses_them_and_says_so() {
    Path folder = Path.of(System.getProperty("holdfast.models", ""), "fakes", "somenan");
    assumeTrue(Files.isDirectory(folder), "holdfast.models has no folder \"fakes\"");
    Path bright =
        World.write(
            own.resolve("bright.yaml"),
            """
            schema: 1
            name: bright
            metrics: [recall@1, map-at-r]
            corruptions: [{ids: [brightness], severities: [1, 5]}]
            """);
    Path dark = own.resolve("dark");
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 3; i++) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 32 * 32; p++) {
          image.setRGB(p % 32, p / 32, (20 + 10 * i) << (8 * c) | (p * (c + 2)) % 50);
        }
        World.write(image, "png", dark.resolve("class-" + c).resolve(i + ".png"));
      }
    }
    Cli cli = audit(folder, dark, "--battery", bright, "--allow-unreliable").succeeds();
    Audit audit = AuditFiles.readAudit(out());
    assertThat(cli.err()).doesNotContain("bug");
    if (cli.out().contains("unreliable (finite)")) {
      assertThat(audit.rows())
          .filteredOn(r -> "brightness".equals(r.perturbation()))
          .anyMatch(r -> r.value() < 1);
    }
    // What was stored, NaN included, can be read again.
    byte[] before = World.bytes(out().resolve("results.csv"));
    audit(folder, dark, "--battery", bright, "--allow-unreliable").succeeds();
    assertThat(World.bytes(out().resolve("results.csv"))).isEqualTo(before);
  }
}
