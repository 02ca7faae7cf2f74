package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong between a user, a shell and the names of files. */
class PlacesTest {

  @TempDir private Path own;

  private Path out;

  @BeforeEach
  void no_output_yet() {
    out = own.resolve("out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "audit --model https://example.org/net.pt --data d|model (https://example.org/net.pt)|download it first",
        "audit --model m --data hf://user/set|data (hf://user/set)|download it first",
        "embed --model ~/net --data d|model (~/net)|write the path in full",
        "inspect --model m --data ~/set|data (~/set)|write the path in full",
        "train --recipe $HOME/r.yaml --data d|recipe ($HOME/r.yaml)|write the path in full",
        "score --embeddings 'e.npz'|embeddings ('e.npz')|leave the quotes out",
        "study \"s.yaml\"|FILE.yaml (\"s.yaml\")|leave the quotes out",
        "audit --model m --data d --battery ~/b.yaml|battery (~/b.yaml)|write the path in full",
      })
  void a_place_that_is_none_on_this_machine_is_told_apart_from_a_slip(
      String words, String what, String remedy) {
    Stream<Object> all = Stream.of((Object[]) words.split(" "));
    if (!words.startsWith("inspect") && !words.startsWith("score")) {
      all = Stream.concat(all, Stream.of("--out", out));
    }
    Cli.run(all.toArray())
        .refuses(Holdfast.INPUT, "The " + what + " of the command line must be a file", remedy);
    assertThat(out).doesNotExist();
  }

  @Test
  void an_empty_value_is_no_place_here() {
    Cli.run("audit", "--model", "", "--data", "d", "--out", out)
        .refuses(Holdfast.INPUT, "The model () of the command line must not be empty", "variable");
    Cli.run("audit", "--model", "m", "--data", "", "--out", out)
        .refuses(Holdfast.INPUT, "The data () of the command line must not be empty", "variable");
    Cli.run("audit", "--model", "m", "--data", "d", "--out=")
        .refuses(Holdfast.INPUT, "The out () of the command line must not be empty", "variable");
    Cli.run("report", "").refuses(Holdfast.INPUT, "AUDIT_DIR ()", "must not be empty");
  }

  @Test
  void a_file_that_has_such_a_name_is_taken() throws IOException {
    Path odd = Files.createDirectory(own.resolve("'odd'"));
    Cli.run("report", odd).refuses(Holdfast.INPUT, "audit.json does not exist");
  }

  @ParameterizedTest
  @CsvSource({
    "inspect --model m --limit-queries 1e3, limit-queries (1e3), 2147483647",
    "audit --model m --data d --out o --limit-queries 3000000000, limit-queries (3000000000), 2147483647",
    "inspect --model m --seed -1.5, seed (-1.5), 9223372036854775807",
    "score --embeddings e --k one, k (one), 2147483647",
  })
  void numbers_are_whole_and_written_in_digits(String words, String what, String most) {
    Cli.run((Object[]) words.split(" "))
        .refuses(
            Holdfast.INPUT,
            "The " + what + " of the command line must be a whole number in digits",
            "of at most " + most);
  }

  @Test
  @Tag("native")
  void files_of_another_kind_are_not_replaced() {
    Path model = World.model(own.resolve("model"));
    Path data = World.images(own.resolve("pictures"), 2, 2);
    Path image = data.resolve("class-a/0.png");
    byte[] before = World.bytes(image);
    for (Path taken : new Path[] {image, model.resolve("weights.safetensors")}) {
      Cli.run("embed", "--model", model, "--data", data, "--out", taken)
          .refuses(Holdfast.INPUT, "be a new file or a .npz file to replace");
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
              taken)
          .refuses(Holdfast.INPUT, "be a new file or a .npz file to replace");
    }
    assertThat(image).hasBinaryContent(before);
    Path arrays = own.resolve("a.npz");
    Cli.run("embed", "--model", model, "--data", data, "--out", arrays).succeeds();
    Cli.run("embed", "--model", model, "--data", data, "--out", arrays).succeeds();
    Cli.run(
            "attack",
            "--model",
            model,
            "--images",
            arrays,
            "--attack",
            "fgsm",
            "--epsilon",
            "0",
            "--out",
            arrays)
        .refuses(Holdfast.INPUT, "must differ from the images that are read");
    Path text = World.write(own.resolve("notes.png"), "mine");
    Cli.run("corrupt", "--in", data, "--out", out, "--corruption", "fog", "--sheet", text)
        .refuses(Holdfast.INPUT, "be a new file or a .png file to replace");
    assertThat(text).hasContent("mine");
    assertThat(out).doesNotExist();
  }

  @Test
  void a_folder_in_place_of_a_file_is_called_so() throws IOException {
    Path folder = Files.createDirectory(own.resolve("folder"));
    Cli.run("score", "--embeddings", folder).refuses(Holdfast.INPUT, "and is a folder");
    Cli.run("study", folder, "--out", out).refuses(Holdfast.INPUT, "and is a folder");
    Cli.run("report", folder).refuses(Holdfast.INPUT, "audit.json does not exist", "not finished");
    Cli.run("report", own.resolve("none")).refuses(Holdfast.INPUT, "its name is misspelt");
    assertThat(out).doesNotExist();
  }

  @Test
  @Tag("native")
  void an_output_that_cannot_be_is_refused_before_the_model_is_loaded() {
    Path file = World.write(own.resolve("file"), "mine");
    // The model does not exist either, which is found later.
    Path data = World.images(own.resolve("pictures"), 2, 2);
    Cli.run("audit", "--model", "none", "--data", data, "--out", file)
        .refuses(Holdfast.INPUT, "The out", "must be a folder");
    Cli.run("audit", "--model", "none", "--data", data, "--out", own)
        .refuses(Holdfast.INPUT, "The out", "it holds other files");
    Cli cli = Cli.run("demo", "--out", file).refuses(Holdfast.INPUT, "must be a folder");
    assertThat(cli.err()).doesNotContain("reading");
  }

  @ParameterizedTest
  @CsvSource({"PGD, you meant pgd", "Pgd, you meant pgd", "mi_fgsm, you meant mi-fgsm"})
  void ids_in_other_cases_are_recognized(String id, String remedy) {
    Cli.run("attack", "--model", "m", "--data", "d", "--attack", id, "--epsilon", 0, "--out", out)
        .refuses(Holdfast.INPUT, "The type (" + id + ") of --attack", remedy);
  }

  @Test
  void parameters_behind_a_space_are_told_how_they_are_written() {
    Cli.run(
            "attack",
            "--model",
            "m",
            "--data",
            "d",
            "--attack",
            "pgd steps=3",
            "--epsilon",
            0,
            "--out",
            out)
        .refuses(Holdfast.INPUT, "with commas between", "write pgd,steps=10");
  }
}
