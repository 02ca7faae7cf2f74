package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.random.CounterRng;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Audits in virtual machines of their own: killed, interrupted, with other numbers of threads. */
@Tag("native")
class KilledAuditTest {

  /** Long enough to be hit in the middle. */
  private static final String BATTERY =
      """
      schema: 1
      name: slower
      metrics: [recall@1, map-at-r]
      attacks:
        - attack: {type: pgd, steps: 15}
          objectives: [{type: embedding-shift}, {type: single-target}]
          epsilons: [1/255, 2/255, 4/255, 8/255]
        - {attack: {type: apgd, steps: 12, restarts: 2}, objectives: [{type: margin}], epsilons: [4/255], stop: broken}
        - {attack: {type: di-fgsm, steps: 5}, objectives: [{type: gtm}], epsilons: [4/255]}
        - {attack: {type: fmn, steps: 15}, objectives: [{type: margin}], norm: l2, epsilons: [10]}
        - {attack: {type: universal, steps: 30, batch: 8}, epsilons: [8/255]}
        - {attack: {type: patch, steps: 30, batch: 8}, norm: patch, epsilons: [0.2]}
        - {attack: {type: pgd, steps: 8}, epsilons: [8/255], surrogate: other}
      worst_cases:
        - epsilons: [6/255]
          members:
            - {attack: {type: apgd, steps: 8}, objectives: [{type: margin}]}
            - {attack: {type: apgd, steps: 4}, objectives: [{type: nearest-class}, {type: nearest-class, rank: 2}]}
            - {attack: {type: square, queries: 15, rescale: true}, objectives: [{type: margin}]}
      corruptions:
        - {ids: [gaussian-noise], severities: [1, 2, 3]}
      """;

  private static final int CELLS = 18;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path battery;
  private static Path straight;

  @TempDir private Path own;

  @BeforeAll
  static void audit_once() {
    model = World.model(shared.resolve("model"));
    World.model(shared.resolve("other"));
    data = World.images(shared.resolve("pictures"), 4, 8);
    battery = World.write(shared.resolve("slower.yaml"), BATTERY);
    straight = shared.resolve("straight");
    Cli.run(words(straight).toArray()).succeeds();
  }

  private static List<Object> words(Path out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("audit", "--model", model, "--data", data));
    words.addAll(List.of("--battery", battery, "--batch-size", 8, "--out", out));
    words.addAll(List.of(more));
    return words;
  }

  private ChildJvm child(String name, Path out, Object... more) {
    return ChildJvm.start(own.resolve(name), List.of(), words(out, more).toArray());
  }

  private static void equalsStraight(Path out) {
    for (String file : List.of("results.csv", "report.md", "queries.csv.gz")) {
      assertThat(out.resolve(file)).hasSameBinaryContentAs(straight.resolve(file));
    }
    assertThat(World.auditWithoutRun(out)).isEqualTo(World.auditWithoutRun(straight));
    assertThat(World.files(out)).isEqualTo(World.files(straight));
  }

  /** Waits until that many cells are finished. */
  private static void awaitCells(ChildJvm child, Path out, int count) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < end && child.process().isAlive()) {
      if (finished(out) >= count) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(child.process().isAlive()).as("%s", child.text()).isTrue();
  }

  private static int finished(Path out) {
    try (Stream<Path> files = Files.list(out.resolve("cells"))) {
      return (int)
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> f.contains("_") && f.endsWith(".json"))
              .count();
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  /** Kills an audit at drawn moments, and lets it end at last. */
  private void kill(int times, long seed) throws Exception {
    Path out = own.resolve("killed");
    CounterRng rng = CounterRng.of(seed, "kill", times);
    int killed = 0;
    for (int i = 0; i < times; i++) {
      ChildJvm child = child("log-" + i, out);
      // From the first cell that is still to come: what was done before is not done again.
      awaitCells(child, out, Math.min(CELLS - 1, finished(out) + (int) (rng.nextDouble() * 3)));
      TimeUnit.MILLISECONDS.sleep((long) (rng.nextDouble() * 150));
      child.process().destroyForcibly();
      killed += child.await() == 137 ? 1 : 0;
    }
    assertThat(killed).isPositive();
    Cli.run(words(out).toArray()).succeeds();
    equalsStraight(out);
  }

  @Test
  void a_killed_audit_goes_on_to_the_same_end() throws Exception {
    kill(2, 1);
  }

  @Test
  @Tag("slow")
  @Timeout(600)
  void an_audit_killed_ten_times_goes_on_to_the_same_end() throws Exception {
    kill(10, 2);
  }

  @Test
  void an_interrupted_audit_goes_on_and_keeps_what_was_finished() throws Exception {
    Path out = own.resolve("interrupted");
    Path crash = own.resolve("crash.log");
    ChildJvm child =
        ChildJvm.start(own.resolve("log"), List.of("-XX:ErrorFile=" + crash), words(out).toArray());
    awaitCells(child, out, 2);
    // While it runs, nobody else may write there.
    Cli.run(words(out).toArray()).refuses(Holdfast.INPUT, "must not be in use by another run");
    Cli.run(words(out, "--fresh").toArray()).refuses(Holdfast.INPUT, "not be in use");
    assertThat(finished(out)).isGreaterThanOrEqualTo(2);
    new ProcessBuilder("kill", "-TERM", Long.toString(child.process().pid())).start().waitFor();
    assertThat(child.await()).isEqualTo(143);
    assertThat(child.text()).doesNotContain("Exception", "bug in Holdfast");
    assertThat(crash).doesNotExist();
    assertThat(finished(out)).isGreaterThanOrEqualTo(2);
    Cli cli = Cli.run(words(out).toArray()).succeeds();
    assertThat(cli.err()).contains("finished cells were found");
    equalsStraight(out);
  }

  @Test
  void the_number_of_threads_changes_nothing() throws Exception {
    Path tiny =
        World.write(
            own.resolve("tiny.yaml"),
            World.BATTERY.replace(
                "corruptions:",
                """
                  - {attack: {type: apgd, steps: 9}, objectives: [{type: margin}], epsilons: [4/255], stop: broken}
                  - {attack: {type: mi-fgsm}, objectives: [{type: qa-plus}], epsilons: [4/255]}
                  - {attack: {type: fmn, steps: 9}, objectives: [{type: margin}], norm: l2, epsilons: [10]}
                worst_cases:
                  - epsilons: [6/255]
                    members:
                      - {attack: {type: apgd, steps: 4}, objectives: [{type: margin}]}
                      - {attack: {type: square, queries: 9}, objectives: [{type: margin}]}
                corruptions:
                  - {families: [noise, blur, weather, digital, extra], severities: [3]}"""));
    Path few = World.images(own.resolve("few"), 3, 4);
    List<Object> words = new ArrayList<>(List.of("audit", "--model", model, "--data", few));
    words.addAll(List.of("--battery", tiny, "--batch-size", 8, "--out"));
    List<ChildJvm> children = new ArrayList<>();
    for (int threads : new int[] {1, 4}) {
      List<Object> more = new ArrayList<>(words);
      more.addAll(List.of(own.resolve("out-" + threads), "--threads", threads));
      children.add(ChildJvm.start(own.resolve("log-" + threads), List.of(), more.toArray()));
    }
    // The engine counts its threads once: this one has those of all tests.
    words.add(own.resolve("out-2"));
    Cli.run(words.toArray()).succeeds();
    for (ChildJvm child : children) {
      assertThat(child.await()).as("%s", child.text()).isZero();
    }
    for (String file : List.of("results.csv", "queries.csv.gz", "evidence/index.json")) {
      for (String other : List.of("out-2", "out-4")) {
        assertThat(own.resolve(other).resolve(file))
            .hasSameBinaryContentAs(own.resolve("out-1").resolve(file));
      }
    }
  }
}
