package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class OutputFolderTest {

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path battery;
  private static Path straight;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 3, 4);
    battery = World.battery(shared.resolve("tiny.yaml"));
    straight = shared.resolve("straight");
    audit(straight).succeeds();
  }

  private static Cli audit(Path out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("audit", "--model", model, "--data", data));
    words.addAll(List.of("--battery", battery, "--batch-size", 8, "--out", out));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private Path copy() {
    return World.copy(straight, own.resolve("copy"));
  }

  @Test
  void an_output_folder_among_the_images_is_refused() {
    Path inside = data.resolve("audit");
    audit(inside).refuses(Holdfast.INPUT, "must lie outside of the data");
    assertThat(inside).doesNotExist();
  }

  @Test
  void one_image_in_a_batch_is_no_reason_for_distrust() {
    Cli.run(
            "audit",
            "--model",
            model,
            "--data",
            data,
            "--battery",
            battery,
            "--batch-size",
            1,
            "--out",
            own.resolve("single"))
        .succeeds();
  }

  @Test
  void checks_of_another_run_or_damaged_ones_are_made_again() throws Exception {
    Path out = copy();
    Path probe = out.resolve("cells/probe.json");
    String before = java.nio.file.Files.readString(probe);
    for (String damaged : List.of("[]", "null", "", before.replace("ok", "suspicious"))) {
      java.nio.file.Files.writeString(probe, damaged);
      audit(out).succeeds();
      assertThat(probe).hasContent(before);
    }
  }

  @Test
  void another_run_is_refused_and_says_what_differs() {
    Path out = copy();
    audit(out, "--seed", 1).refuses(Holdfast.INPUT, "it holds another one (other seed)", "--fresh");
    audit(out, "--limit-queries", 3).refuses(Holdfast.INPUT, "(other battery, limit_queries)");
    assertThat(World.files(out)).isEqualTo(World.files(straight));
    assertThat(out.resolve("results.csv")).hasSameBinaryContentAs(straight.resolve("results.csv"));
  }

  @Test
  void a_fresh_run_deletes_the_other_one_and_nothing_else() {
    Path out = copy();
    List<Path> foreign =
        List.of(
            World.write(out.resolve("notes.txt"), "mine"),
            World.write(out.resolve("cells/notes.txt"), "mine"),
            World.write(out.resolve("evidence/notes.txt"), "mine"),
            World.write(out.resolve("evidence/shown/notes.txt"), "mine"),
            World.write(out.resolve("evidence/mine/photo.npz"), "mine"),
            World.write(out.resolve(".mine.tmp"), "mine"));
    audit(out, "--seed", 1, "--fresh").succeeds();
    assertThat(foreign).allSatisfy(f -> assertThat(f).hasContent("mine"));
    assertThat(out.resolve("results.csv").toFile().length()).isPositive();
    assertThat(World.text(out.resolve("results.csv")))
        .isNotEqualTo(World.text(straight.resolve("results.csv")));
    audit(out, "--seed", 0, "--fresh").succeeds();
    assertThat(out.resolve("results.csv")).hasSameBinaryContentAs(straight.resolve("results.csv"));
  }

  @Test
  void a_folder_of_somebody_else_is_refused_even_for_a_fresh_run() {
    Path file = World.write(own.resolve("theirs/thesis.txt"), "mine");
    audit(own.resolve("theirs")).refuses(Holdfast.INPUT, "it holds other files");
    audit(own.resolve("theirs"), "--fresh").refuses(Holdfast.INPUT, "it holds other files");
    assertThat(World.files(own.resolve("theirs"))).containsExactly("thesis.txt");
    audit(file).refuses(Holdfast.INPUT, "must be a folder");
    audit(file.resolve("below")).refuses(Holdfast.INPUT, "thesis.txt");
    assertThat(file).hasContent("mine");
  }

  @Test
  void links_out_of_the_folder_are_not_followed_when_it_is_cleared() throws IOException {
    Path out = copy();
    Path elsewhere = World.write(own.resolve("elsewhere/a.json"), "mine").getParent();
    Files.createSymbolicLink(out.resolve("cells/link"), elsewhere);
    audit(out, "--seed", 1, "--fresh").succeeds();
    assertThat(elsewhere.resolve("a.json")).hasContent("mine");
  }

  @Test
  void a_run_that_died_before_it_began_is_begun_again() throws IOException {
    Path out = own.resolve("died");
    Files.createDirectories(out.resolve("cells"));
    Files.createFile(out.resolve(".lock"));
    World.write(out.resolve(".run.json.123-1.tmp"), "{");
    audit(out).succeeds();
    assertThat(out.resolve("results.csv")).hasSameBinaryContentAs(straight.resolve("results.csv"));
    assertThat(World.files(out)).isEqualTo(World.files(straight));
  }

  @Test
  void a_damaged_mark_of_the_run_is_refused_and_can_be_cleared() {
    Path out = copy();
    World.write(out.resolve("run.json"), "{\"config_hash\": ");
    audit(out).refuses(Holdfast.INPUT, "run.json is unreadable");
    audit(out, "--fresh").succeeds();
  }

  @Test
  void half_written_files_of_a_killed_run_are_removed() {
    Path out = copy();
    World.write(out.resolve("cells/.a.json.99-3.tmp"), "{");
    World.write(out.resolve("evidence/.b.npz.99-4.tmp"), "PK");
    audit(out).succeeds();
    assertThat(World.files(out)).isEqualTo(World.files(straight));
  }

  @Test
  void a_folder_that_cannot_be_written_is_refused() {
    Path proc = Path.of("/proc/self/holdfast");
    assumeTrue(Files.isDirectory(proc.getParent()), "there is no /proc");
    audit(proc).refuses(Holdfast.INPUT, "out (/proc/self/holdfast)", "can be written to", "Maybe");
  }

  @Test
  void a_full_disk_ends_the_run_and_keeps_what_was_finished() throws Exception {
    Path disk = Files.createDirectory(own.resolve("disk"));
    assumeTrue(command("mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk), "cannot mount");
    try {
      Path out = disk.resolve("out");
      audit(out)
          .refuses(Holdfast.FAILED, "could not be written", "No space left", "free on that disk");
      int finished = World.files(out.resolve("cells")).size();
      assertThat(finished).isPositive();
      assertThat(World.files(out)).noneMatch(f -> f.endsWith(".tmp"));
      assertThat(command("mount", "-o", "remount,size=8m", disk)).isTrue();
      audit(out).succeeds();
      assertThat(out.resolve("results.csv"))
          .hasSameBinaryContentAs(straight.resolve("results.csv"));
      assertThat(World.auditWithoutRun(out)).isEqualTo(World.auditWithoutRun(straight));
    } finally {
      command("umount", disk);
    }
  }

  private static boolean command(Object... words) throws IOException, InterruptedException {
    List<String> list = new ArrayList<>();
    for (Object word : words) {
      list.add(String.valueOf(word));
    }
    Process process;
    try {
      process =
          new ProcessBuilder(list)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false;
    }
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
