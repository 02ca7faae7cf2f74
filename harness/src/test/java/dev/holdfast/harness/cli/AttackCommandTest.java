package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("native")
class AttackCommandTest {

  private static final double BUDGET = 8 / 255.0;
  private static final int N = 12;
  private static final int VALUES = 3 * World.SIDE * World.SIDE;

  @TempDir private static Path shared;

  private static Path model;
  private static Path data;
  private static Path fromData;

  @TempDir private Path own;

  @BeforeAll
  static void attack_once() {
    model = World.model(shared.resolve("model"));
    data = World.images(shared.resolve("pictures"), 3, 4);
    fromData = shared.resolve("data.npz");
    attack("--data", data, "--out", fromData).succeeds();
  }

  private static Cli attack(Object... more) {
    List<Object> words = new ArrayList<>(List.of("attack", "--model", model));
    List<Object> added = List.of(more);
    if (!added.contains("--batch-size")) {
      words.addAll(List.of("--batch-size", 5));
    }
    if (!added.contains("--attack")) {
      words.addAll(List.of("--attack", "pgd,steps=3"));
    }
    if (!added.contains("--epsilon")) {
      words.addAll(List.of("--epsilon", "8/255"));
    }
    words.addAll(added);
    return Cli.run(words.toArray());
  }

  /** Writes arrays to a file of the form that the command reads. */
  private Path npz(float[] images, long[] shape, long[] labels, float[] targets) {
    Path file = own.resolve("in.npz");
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      npz.write("images", images, shape);
      if (labels != null) {
        npz.write("labels", labels);
      }
      if (targets != null) {
        npz.write("targets", targets, targets.length / World.DIMENSION, World.DIMENSION);
      }
      npz.finish();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return file;
  }

  private static float[] images() {
    return NpzReader.read(fromData).get("images").floats();
  }

  private static long[] labels() {
    return NpzReader.read(fromData).get("labels").longs();
  }

  @Test
  void writes_images_before_and_after_with_loss_and_length() {
    Map<String, NpyArray> arrays = NpzReader.read(fromData);
    assertThat(arrays).containsOnlyKeys("images", "adversarial", "loss", "norm", "ids", "labels");
    for (String name : List.of("images", "adversarial")) {
      assertThat(arrays.get(name).shape()).containsExactly(N, 3, World.SIDE, World.SIDE);
      for (float value : arrays.get(name).floats()) {
        assertThat(value).isBetween(0f, 1f);
      }
    }
    for (int i = 0; i < N; i++) {
      double largest = 0;
      for (int p = i * VALUES; p < (i + 1) * VALUES; p++) {
        largest =
            Math.max(
                largest,
                Math.abs(
                    (double) arrays.get("adversarial").floats()[p]
                        - arrays.get("images").floats()[p]));
      }
      assertThat(largest).isPositive().isLessThanOrEqualTo(BUDGET);
      assertThat(arrays.get("norm").floats()[i]).isEqualTo((float) largest);
      assertThat(arrays.get("loss").floats()[i]).isPositive();
    }
    assertThat(arrays.get("labels").longs()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
  }

  @Test
  void a_limit_takes_the_queries_that_an_audit_takes_and_searches_all_the_same() {
    Path out = own.resolve("few.npz");
    // The target of each is drawn from the whole gallery, by seed and id.
    String objective = "multi-target,targets=5";
    Path whole = own.resolve("all.npz");
    attack("--data", data, "--objective", objective, "--out", whole).succeeds();
    attack("--data", data, "--objective", objective, "--limit-queries", 5, "--out", out).succeeds();
    Map<String, NpyArray> all = NpzReader.read(whole);
    Map<String, NpyArray> few = NpzReader.read(out);
    List<Long> ids = Arrays.stream(all.get("ids").longs()).boxed().toList();
    List<Long> expected =
        ids.stream()
            .sorted(Comparator.comparing(id -> CounterRng.order(0, id), Long::compareUnsigned))
            .limit(5)
            .toList();
    assertThat(Arrays.stream(few.get("ids").longs()).boxed())
        .containsExactlyInAnyOrderElementsOf(expected);
    for (int i = 0; i < 5; i++) {
      int row = ids.indexOf(few.get("ids").longs()[i]);
      assertThat(few.get("labels").longs()[i]).isEqualTo(all.get("labels").longs()[row]);
      // Native batches hold other images now.
      assertThat(few.get("loss").floats()[i])
          .isCloseTo(all.get("loss").floats()[row], within(1e-4f));
    }
    attack("--data", data, "--limit-queries", -1, "--out", out)
        .refuses(Holdfast.INPUT, "limit_queries (-1)", "0 means all");
    attack("--images", fromData, "--limit-queries", 2, "--out", out)
        .refuses(Holdfast.INPUT, "limit_queries (2)", "stand beside --data");
  }

  @Test
  void stays_inside_an_l2_budget() {
    Path out = own.resolve("out.npz");
    attack("--data", data, "--norm", "l2", "--epsilon", "0.3", "--out", out).succeeds();
    for (float length : NpzReader.read(out).get("norm").floats()) {
      assertThat(length).isBetween(0.05f, 0.3f);
    }
  }

  @Test
  void a_budget_of_zero_returns_the_input() {
    Path out = own.resolve("out.npz");
    attack("--data", data, "--epsilon", "0", "--out", out).succeeds();
    Map<String, NpyArray> arrays = NpzReader.read(out);
    assertThat(arrays.get("adversarial").floats()).isEqualTo(arrays.get("images").floats());
    assertThat(arrays.get("norm").floats()).containsOnly(0f);
  }

  @Test
  void the_same_command_gives_the_same_bytes_and_another_seed_others() {
    Path again = own.resolve("again.npz");
    Path other = own.resolve("other.npz");
    attack("--data", data, "--out", again).succeeds();
    attack("--data", data, "--out", other, "--seed", 5).succeeds();
    assertThat(again).hasSameBinaryContentAs(fromData);
    assertThat(NpzReader.read(other).get("adversarial").floats())
        .isNotEqualTo(NpzReader.read(fromData).get("adversarial").floats());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"embedding-shift", "single-target", "multi-target,targets=2", "margin,k=1"})
  void attacks_stored_images_with_their_labels(String objective) {
    Path in = npz(images(), new long[] {N, 3, World.SIDE, World.SIDE}, labels(), null);
    Path out = own.resolve("out.npz");
    attack("--images", in, "--objective", objective, "--out", out).succeeds();
    Map<String, NpyArray> arrays = NpzReader.read(out);
    assertThat(arrays.get("images").floats()).isEqualTo(images());
    assertThat(arrays.get("labels").longs()).isEqualTo(labels());
    assertThat(arrays.get("adversarial").floats()).isNotEqualTo(images());
    for (float length : arrays.get("norm").floats()) {
      assertThat((double) length).isLessThanOrEqualTo((double) (float) BUDGET);
    }
  }

  @Test
  void moves_towards_the_targets_that_are_given() {
    float[] targets = new float[N * World.DIMENSION];
    for (int i = 0; i < N; i++) {
      targets[i * World.DIMENSION + i % World.DIMENSION] = 1;
    }
    long[] shape = {N, 3, World.SIDE, World.SIDE};
    Path in = npz(images(), shape, labels(), targets);
    Path still = own.resolve("still.npz");
    Path moved = own.resolve("moved.npz");
    Object[] words = {"--images", in, "--objective", "single-target", "--attack"};
    attack(and(words, "pgd,steps=1", "--epsilon", "0", "--out", still)).succeeds();
    attack(and(words, "pgd,steps=8,random_start=false", "--out", moved)).succeeds();
    float[] before = NpzReader.read(still).get("loss").floats();
    float[] after = NpzReader.read(moved).get("loss").floats();
    for (int i = 0; i < N; i++) {
      assertThat(after[i]).as("image %d", i).isGreaterThan(before[i]);
    }
  }

  private static Object[] and(Object[] words, Object... more) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @ParameterizedTest
  @CsvSource({"embedding-shift", "single-target", "'multi-target,targets=2'", "margin"})
  void one_image_alone_is_attacked_or_refused_with_a_reason(String objective) {
    float[] one = java.util.Arrays.copyOf(images(), VALUES);
    Path in = npz(one, new long[] {1, 3, World.SIDE, World.SIDE}, null, null);
    Path out = own.resolve("out.npz");
    Cli cli = attack("--images", in, "--objective", objective, "--out", out);
    if (objective.equals("embedding-shift")) {
      cli.succeeds();
    } else {
      cli.refuses(Holdfast.INPUT, "must", "Maybe");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void refuses_arrays_that_do_not_fit() {
    long[] shape = {N, 3, World.SIDE, World.SIDE};
    Path out = own.resolve("out.npz");
    long[] turned = {N, World.SIDE, World.SIDE, 3};
    attack("--images", npz(images(), turned, null, null), "--out", out)
        .refuses(Holdfast.INPUT, "array images", "N x 3 x 16 x 16", "numpy.transpose");
    float[] levels = images();
    for (int i = 0; i < levels.length; i++) {
      levels[i] *= 255;
    }
    attack("--images", npz(levels, shape, null, null), "--out", out)
        .refuses(Holdfast.INPUT, "must be in [0,1]", "divide it by 255");
    attack("--images", npz(images(), shape, new long[3], null), "--out", out)
        .refuses(Holdfast.INPUT, "array labels (3 integer)", "12 integers");
    attack("--images", npz(images(), shape, null, new float[16]), "--out", out)
        .refuses(Holdfast.INPUT, "array targets (2 x 8 float)", "12 x 8");
    float[] notNumbers = new float[N * World.DIMENSION];
    notNumbers[5] = Float.NaN;
    attack("--images", npz(images(), shape, null, notNumbers), "--out", out)
        .refuses(Holdfast.INPUT, "array targets (NaN)", "be finite");
    attack("--images", npz(new float[0], new long[] {0, 3, 16, 16}, null, null), "--out", out)
        .refuses(Holdfast.INPUT, "array images", "it is empty");
    attack("--images", own.resolve("none.npz"), "--out", out)
        .refuses(Holdfast.INPUT, "none.npz", "must exist");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epsilon 8|epsilon (8) of the command line|you meant 8/255",
        "--epsilon lots|epsilon (lots)|8/255",
        "--norm linff|norm (linff)|you meant linf",
        "--attack pdg|type (pdg) of --attack|you meant pgd",
        "--attack pgd,step=3|key (step) of --attack|you meant steps",
        "--objective margn|type (margn) of --objective|you meant margin",
        "--batch-size 0|batch size (0)|at least 1",
        "--batch-size 2000000000|batch size (2000000000)|at most",
        "--threads 0|threads (0)|at least 1",
        "--device tpu|device (tpu)|--device cpu",
        "--device cuda:99999999999|device (cuda:99999999999)|--device cpu",
        "--device cuda:7|device (cuda:7)|--device cpu"
      })
  void refuses(String words, String what, String advice) {
    List<Object> all = new ArrayList<>(List.of("--data", data, "--out", own.resolve("out.npz")));
    all.addAll(List.of((Object[]) words.split(" ")));
    Cli cli = attack(all.toArray()).refuses(Holdfast.INPUT, what, advice);
    assertThat(cli.err()).doesNotContain("line 1");
  }
}
