package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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
    assertThat(arrays)
        .containsOnlyKeys("images", "adversarial", "loss", "norm", "ids", "labels", "class_names");
    assertThat(arrays.get("class_names").texts()).containsExactly("class-a", "class-b", "class-c");
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

  /** The axes that images come with, and what makes them those of the model, in order. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "12,16,16,3|put the channels before the rows: x.transpose(0, 3, 1, 2).",
        "12,1,16,16|repeat the gray channel: numpy.repeat(x, 3, axis=1).",
        "12,16,16|x[:, numpy.newaxis]; repeat the gray channel: numpy.repeat(x, 3, axis=1).",
        "12,16,16,4|x.transpose(0, 3, 1, 2); leave transparency out: x[:, :3].",
        "3,16,16|add the axis of images: x[numpy.newaxis].",
        "16,16,3|x[numpy.newaxis]; put the channels before the rows: x.transpose(0, 3, 1, 2).",
        "12,3,20,16|bring the images to the size of the model, or give their files with --data.",
        "12,768|it is another array: images have four axes.",
        "12,8,16,16|it is another array: images have 1 or 3 channels."
      })
  void images_with_other_axes_are_refused_with_what_mends_them(String axes, String remedy) {
    long[] shape = Arrays.stream(axes.split(",")).mapToLong(Long::parseLong).toArray();
    int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Path out = own.resolve("out.npz");
    Cli cli =
        attack("--images", npz(new float[size], shape, null, null), "--out", out)
            .refuses(
                Holdfast.INPUT,
                "The array images (" + axes.replace(",", " x ") + " float) of",
                "must be N x 3 x 16 x 16 (images x channels x height x width)");
    assertThat(cli.err().strip()).endsWith(remedy);
    assertThat(out).doesNotExist();
  }

  /** Lowest and highest number, and what makes them pixels from 0 to 1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|255|save (x / 255).astype(numpy.float32)",
        "0.5|139.9|save (x / 255).astype(numpy.float32)",
        "0|65535|save (x / 65535).astype(numpy.float32)",
        "-1|1|they run from -1 to 1: save (x + 1) / 2",
        "-2.1|2.6|undo it with x * std + mean",
        "-0.01|1.02|save numpy.clip(x, 0, 1)",
        "0|1.00001|save numpy.clip(x, 0, 1)"
      })
  void images_with_other_numbers_are_refused_with_what_mends_them(
      float low, float high, String remedy) {
    float[] pixels = images();
    pixels[7] = low;
    pixels[8] = high;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(low, Math.min(high, pixels[i]));
    }
    long[] shape = {N, 3, World.SIDE, World.SIDE};
    Path out = own.resolve("out.npz");
    attack("--images", npz(pixels, shape, null, null), "--out", out)
        .refuses(Holdfast.INPUT, "array images (numbers from", "in [0,1]", remedy);
    assertThat(out).doesNotExist();
  }

  @Test
  void images_of_integers_are_refused_with_what_mends_them() throws IOException {
    Path file = own.resolve("levels.npz");
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3, 16, 16), }\n";
    byte[] levels = new byte[VALUES];
    levels[3] = (byte) 255;
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("images.npy"));
      zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      zip.write(new byte[] {(byte) header.length(), 0});
      zip.write(header.getBytes(StandardCharsets.ISO_8859_1));
      zip.write(levels);
    }
    Path out = own.resolve("out.npz");
    attack("--images", file, "--out", out)
        .refuses(
            Holdfast.INPUT,
            "array images (integers from 0 to 255)",
            "save (x / 255).astype(numpy.float32)");
    assertThat(out).doesNotExist();
  }

  @Test
  void images_beyond_black_and_white_by_rounding_are_taken_and_it_is_told() {
    float[] pixels = images();
    float[] ends = images();
    pixels[3] = -2.98e-8f;
    ends[3] = 0;
    pixels[4] = 1.0000001f;
    ends[4] = 1;
    long[] shape = {N, 3, World.SIDE, World.SIDE};
    Path out = own.resolve("out.npz");
    Cli cli = attack("--images", npz(pixels, shape, null, null), "--out", out).succeeds();
    assertThat(cli.err()).contains("2 of the numbers of", "outside of [0,1] by rounding");
    assertThat(NpzReader.read(out).get("images").floats()).isEqualTo(ends);
    assertThat(attack("--images", npz(ends, shape, null, null), "--out", out).succeeds().err())
        .doesNotContain("rounding");
  }

  @Test
  void an_image_that_is_no_number_is_named() {
    float[] pixels = images();
    pixels[2 * VALUES + 5] = Float.NaN;
    Path out = own.resolve("out.npz");
    attack(
            "--images",
            npz(pixels, new long[] {N, 3, World.SIDE, World.SIDE}, null, null),
            "--out",
            out)
        .refuses(Holdfast.INPUT, "array images (image 2 holds NaN)", "leave that image out");
    assertThat(out).doesNotExist();
  }

  @Test
  void images_that_cannot_be_read_are_named_counted_and_left_out() throws IOException {
    Path some = World.images(own.resolve("some"), 3, 3);
    Files.createFile(some.resolve("class-a/zero.png"));
    World.write(some.resolve("class-b/text.jpg"), "no image");
    Path out = own.resolve("out.npz");
    Path embeddings = own.resolve("e.npz");
    for (Cli cli :
        List.of(
            attack("--data", some, "--out", out),
            Cli.run("embed", "--model", model, "--data", some, "--out", embeddings),
            Cli.run("inspect", "--model", model, "--data", some))) {
      assertThat(cli.succeeds().err())
          .contains("Not read: class-a/zero.png (the file is empty)")
          .contains("Not read: class-b/text.jpg (")
          .contains("2 of 11 images could not be read and are left out.");
    }
    assertThat(NpzReader.read(out).get("images").shape()[0]).isEqualTo(9);
    assertThat(NpzReader.read(embeddings).get("ids").longs())
        .isEqualTo(NpzReader.read(out).get("ids").longs());
    attack("--data", some, "--strict", "--out", own.resolve("no.npz"))
        .refuses(Holdfast.INPUT, "class-a/zero.png", "without --strict");
    assertThat(own.resolve("no.npz")).doesNotExist();
  }

  @Test
  void a_model_that_gives_no_numbers_is_not_attacked() throws IOException {
    Path broken = World.copy(model, own.resolve("broken"));
    Path weights = broken.resolve("weights.safetensors");
    ByteBuffer all = ByteBuffer.wrap(World.bytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 8 + (int) all.getLong(0); i < all.capacity(); i += Float.BYTES) {
      all.putFloat(i, Float.NaN);
    }
    Files.write(weights, all.array());
    Path out = own.resolve("out.npz");
    Object[] words = {
      "attack", "--model", broken, "--attack", "fgsm", "--epsilon", "8/255", "--out", out
    };
    Cli.run(and(words, "--data", data)).refuses(Holdfast.INPUT, "class-a/0.png");
    Cli.run(and(words, "--images", fromData)).refuses(Holdfast.INPUT, "first that of image 0");
    assertThat(out).doesNotExist();
  }

  @Test
  void refuses_arrays_that_do_not_fit() {
    long[] shape = {N, 3, World.SIDE, World.SIDE};
    Path out = own.resolve("out.npz");
    attack("--images", npz(images(), shape, new long[3], null), "--out", out)
        .refuses(Holdfast.INPUT, "array labels (3 integer)", "12 integers", "of other images");
    attack("--images", npz(images(), shape, null, new float[16]), "--out", out)
        .refuses(Holdfast.INPUT, "array targets (2 x 8 float)", "12 x 8", "of another model");
    float[] notNumbers = new float[N * World.DIMENSION];
    notNumbers[5] = Float.NaN;
    attack("--images", npz(images(), shape, null, notNumbers), "--out", out)
        .refuses(Holdfast.INPUT, "array targets (NaN)", "be finite");
    attack("--images", npz(new float[0], new long[] {0, 3, 16, 16}, null, null), "--out", out)
        .refuses(Holdfast.INPUT, "array images (0 x 3 x 16 x 16 float)", "hold an image");
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
        "--epsilon -1/255|epsilon (-1/255)|write 1/255",
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
