package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.data.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class TrainerTest {

  private static final Blobs IMAGES = new Blobs(12, 8, 1);

  private static final AdversarialExampleMaker NO_ATTACK =
      (model, clean, start, targets, budget) -> {
        throw new AssertionError("nothing is attacked");
      };

  private static Recipe recipe(int epochs, double learningRate) {
    return Blobs.recipe(new Standard(), epochs, learningRate);
  }

  private static void train(Recipe recipe, TrainingImages images, Path out, long seed) {
    Trainer.run(recipe, images, out, seed, false, NO_ATTACK, Progress.NONE);
  }

  private static void train(Recipe recipe, Path out, Progress progress) {
    Trainer.run(recipe, IMAGES, out, 9, false, NO_ATTACK, progress);
  }

  /** What the killed process runs: a training that takes long. */
  public static final class Victim {
    /** Trains in the directory of the first argument. */
    public static void main(String[] arguments) {
      train(recipe(12, 0.01), IMAGES, Path.of(arguments[0]), 9);
    }
  }

  @Test
  void a_killed_process_is_made_good_by_the_same_call(@TempDir Path dir) throws Exception {
    Path out = dir.resolve("killed");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            property("ai.djl.offline", "true"),
            property("OPT_OUT_TRACKING", "true"),
            property("ai.djl.pytorch.num_threads", "2"),
            property("ai.djl.pytorch.num_interop_threads", "1"),
            Victim.class.getName(),
            out.toString());
    builder.redirectErrorStream(true).redirectOutput(dir.resolve("log.txt").toFile());
    Process process = builder.start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (process.isAlive() && !checkpointIn(out) && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    assertThat(checkpointIn(out)).as(Files.readString(dir.resolve("log.txt"))).isTrue();
    assertThat(out.resolve("model.yaml")).as("killed before its end").doesNotExist();

    train(recipe(12, 0.01), IMAGES, out, 9);
    train(recipe(12, 0.01), IMAGES, dir.resolve("straight"), 9);
    assertThat(TrainingMethodContract.files(out))
        .isEqualTo(TrainingMethodContract.files(dir.resolve("straight")));
  }

  private static String property(String name, String fallback) {
    return "-D" + name + "=" + System.getProperty(name, fallback);
  }

  private static boolean checkpointIn(Path out) throws IOException {
    Path state = out.resolve("state");
    if (!Files.isDirectory(state)) {
      return false;
    }
    try (Stream<Path> all = Files.list(state)) {
      return all.anyMatch(p -> p.getFileName().toString().startsWith("epoch-"));
    }
  }

  @Test
  void what_a_dying_process_left_half_written_is_passed_over(@TempDir Path dir) throws IOException {
    train(recipe(2, 0.01), IMAGES, dir.resolve("straight"), 9);
    Path out = dir.resolve("parts");
    assertThatThrownBy(() -> stopped(recipe(2, 0.01), out)).hasMessage("stop");
    Path half = Files.createDirectories(out.resolve("state").resolve(".epoch-00002.1-1.tmp"));
    Files.writeString(half.resolve("weights.safetensors"), "hal");
    Files.writeString(out.resolve(".training.csv.1-2.tmp"), "hal");
    train(recipe(2, 0.01), IMAGES, out, 9);
    assertThat(TrainingMethodContract.files(out))
        .isEqualTo(TrainingMethodContract.files(dir.resolve("straight")));
  }

  @Test
  void a_finished_run_that_lost_its_curve_gets_it_again(@TempDir Path dir) throws IOException {
    train(recipe(2, 0.01), IMAGES, dir, 9);
    Path curve = dir.resolve("training.svg");
    String drawn = Files.readString(curve);
    Files.delete(curve);
    train(recipe(2, 0.01), IMAGES, dir, 9);
    assertThat(curve).hasContent(drawn);
  }

  /** Stops in the second epoch. */
  private static void stopped(Recipe recipe, Path out) {
    train(
        recipe,
        out,
        (task, done, total) -> {
          if (done == 12) {
            throw new IllegalStateException("stop");
          }
        });
  }

  @Test
  void a_finished_run_is_left_as_it_is(@TempDir Path dir) {
    train(recipe(1, 0.01), IMAGES, dir, 1);
    Map<String, String> before = TrainingMethodContract.files(dir);
    Trainer.run(
        recipe(1, 0.01),
        IMAGES,
        dir,
        1,
        false,
        NO_ATTACK,
        (task, done, total) -> {
          throw new AssertionError("nothing is left to do");
        });
    assertThat(TrainingMethodContract.files(dir)).isEqualTo(before);
  }

  @Test
  void another_recipe_seed_or_data_set_is_refused_unless_it_starts_afresh(@TempDir Path dir) {
    train(recipe(1, 0.01), IMAGES, dir, 1);
    Map<String, String> before = TrainingMethodContract.files(dir);
    assertThatThrownBy(() -> train(recipe(1, 0.02), IMAGES, dir, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("learning_rate: 0.02 instead of 0.01");
    assertThatThrownBy(() -> train(recipe(1, 0.01), IMAGES, dir, 2))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed: 2 instead of 1");
    assertThatThrownBy(() -> train(recipe(1, 0.01), new Blobs(12, 8, 2), dir, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("data: Blobs[classes=12, perClass=8, seed=2]");
    assertThat(TrainingMethodContract.files(dir)).isEqualTo(before);

    Trainer.run(recipe(1, 0.01), IMAGES, dir, 2, true, NO_ATTACK, Progress.NONE);
    assertThat(TrainingMethodContract.files(dir).get("weights.safetensors"))
        .isNotEqualTo(before.get("weights.safetensors"));
  }

  @Test
  void a_model_that_was_not_trained_here_is_not_overwritten(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("model.yaml"), "schema: 1");
    assertThatThrownBy(() -> train(recipe(1, 0.01), IMAGES, dir, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("hold no model");
    assertThat(dir.resolve("model.yaml")).hasContent("schema: 1");
  }

  @Test
  void a_diverging_run_stops_and_leaves_no_model(@TempDir Path dir) {
    assertThatThrownBy(() -> train(recipe(3, 1e38), IMAGES, dir, 1))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("must be finite")
        .hasMessageContaining("learning_rate");
    assertThat(dir.resolve("model.yaml")).doesNotExist();
    train(recipe(1, 0.01), IMAGES, dir, 1);
    assertThat(dir.resolve("model.yaml")).exists();
  }

  @Test
  void too_few_classes_are_refused_before_anything_is_written(@TempDir Path dir) {
    Path out = dir.resolve("out");
    assertThatThrownBy(() -> train(recipe(1, 0.01), new Blobs(3, 8, 1), out, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leave at least 2 to train on");
    assertThatThrownBy(() -> train(recipe(1, 0.01), new Blobs(6, 8, 1), out, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("batch_size (24)");
    assertThat(out).doesNotExist();
  }

  @Test
  void steps_leave_no_arrays_and_no_gradients_behind() {
    Recipe recipe = recipe(1, 0.01);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights =
          Weights.draw(recipe.backbone().arrays(3, 16), manager, CounterRng.of(1, "weights", 0));
      Adam adam = new Adam(Adam.zeros(weights, manager), 1e-4, 1);
      Map<String, Integer> before = new HashMap<>();
      for (int step = 1; step <= 8; step++) {
        try (NDManager temporary = manager.newSubManager()) {
          float[] pixels = new float[4 * 3 * 64];
          for (int i = 0; i < 4; i++) {
            IMAGES.pixels(i * 3, pixels, i * 3 * 64);
          }
          Weights leaves = weights.leaves(temporary);
          recipe
              .method()
              .run(
                  new TrainingStep(
                      recipe,
                      weights,
                      leaves,
                      temporary.create(pixels, new Shape(4, 3, 8, 8)),
                      new long[] {1, 1, 2, 2},
                      new long[] {1, 2},
                      step,
                      NO_ATTACK));
          adam.step(weights, leaves, step, name -> 0.01);
        }
        Map<String, Integer> now =
            Map.of(
                "root", managed(manager),
                "weights", managed(weights.get("fc.bias").getManager()),
                "moments", managed(adam.moments().get("first.fc.bias").getManager()));
        if (step == 1) {
          before.putAll(now);
        }
        assertThat(now).isEqualTo(before);
      }
      assertThat(weights.all().values()).noneMatch(a -> a.hasGradient());
    }
  }

  private static int managed(NDManager manager) {
    return ((BaseNDManager) manager).getManagedArrays().size();
  }

  @Test
  void the_log_survives_a_round_trip() {
    TrainingLog log =
        new TrainingLog(
            List.of(
                new TrainingLog.Row(1, 10, 1 / 3.0, Double.NaN, 1e-3),
                new TrainingLog.Row(2, 20, 0.25, 0.875, 5e-4)));
    assertThat(log.toCsv())
        .isEqualTo(
            """
            epoch,step,loss,validation_recall_at_1,learning_rate
            1,10,0.3333333333333333,,0.001
            2,20,0.25,0.875,5.0E-4
            """);
    assertThat(TrainingLog.parse(log.toCsv())).isEqualTo(log);
  }

  @Test
  void the_log_is_drawn_with_and_without_validation() {
    TrainingLog log =
        new TrainingLog(
            List.of(
                new TrainingLog.Row(1, 10, 2, 0.5, 1e-3), new TrainingLog.Row(2, 20, 1, 1, 5e-4)));
    assertThat(TrainingCurve.svg(log))
        .startsWith("<svg")
        .contains("points=\"360.0,25.0 670.0,137.5\"")
        .contains("points=\"360.0,137.5 670.0,25.0\"")
        .contains("20.0 steps");
    TrainingLog blind = new TrainingLog(List.of(new TrainingLog.Row(1, 10, 2, Double.NaN, 1e-3)));
    assertThat(TrainingCurve.svg(blind)).doesNotContain("validation");
  }

  @Test
  void a_disk_that_takes_no_more_stops_the_run_and_no_checkpoint_is_lost(@TempDir Path dir)
      throws IOException {
    train(recipe(3, 0.01), IMAGES, dir.resolve("straight"), 9);
    Path out = dir.resolve("full");
    // A file that cannot be written stands for a full disk.
    Path obstacle = out.resolve("training.csv").resolve("obstacle");
    assertThatThrownBy(
            () ->
                Trainer.run(
                    recipe(3, 0.01),
                    IMAGES,
                    out,
                    9,
                    false,
                    NO_ATTACK,
                    (task, done, total) -> {
                      if (done == 15) {
                        try {
                          Files.delete(out.resolve("training.csv"));
                          Files.createDirectories(obstacle);
                        } catch (IOException e) {
                          throw new java.io.UncheckedIOException(e);
                        }
                      }
                    }))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("training.csv could not be written")
        .hasMessageContaining("MB free")
        .hasMessageContaining("what was finished before is kept, and the same command goes on");
    assertThat(checkpointIn(out)).isTrue();
    Files.delete(obstacle);
    Files.delete(obstacle.getParent());
    train(recipe(3, 0.01), IMAGES, out, 9);
    assertThat(TrainingMethodContract.files(out))
        .isEqualTo(TrainingMethodContract.files(dir.resolve("straight")));
  }

  private static void replace(Path file, Path by) {
    try {
      Files.copy(by, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_checkpoint_that_is_not_what_was_saved_is_refused(@TempDir Path dir) throws IOException {
    Map<String, Consumer<Path>> damages =
        Map.of(
            "weights.safetensors holds other arrays",
            c -> replace(c.resolve("weights.safetensors"), c.resolve("moments.safetensors")),
            "moments.safetensors holds other arrays",
            c -> replace(c.resolve("moments.safetensors"), c.resolve("weights.safetensors")),
            "weights.safetensors cannot be read",
            c -> write(c.resolve("weights.safetensors"), "cut"),
            "training.csv has 0 epochs",
            c -> write(c.resolve("training.csv"), ""),
            "training.csv cannot be read",
            c -> write(c.resolve("training.csv"), "epoch,step\n1,x\n"));
    for (Map.Entry<String, Consumer<Path>> damage : damages.entrySet()) {
      Path out = dir.resolve("out-" + damage.getKey().hashCode());
      assertThatThrownBy(() -> stopped(recipe(2, 0.01), out)).hasMessage("stop");
      Path checkpoint = out.resolve("state").resolve("epoch-00001");
      damage.getValue().accept(checkpoint);
      assertThatThrownBy(() -> train(recipe(2, 0.01), IMAGES, out, 9))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(damage.getKey())
          .hasMessageContaining("remove " + out + " to start afresh");
    }
  }

  @Test
  void a_file_that_is_named_like_a_checkpoint_is_none(@TempDir Path dir) throws IOException {
    assertThatThrownBy(() -> stopped(recipe(2, 0.01), dir)).hasMessage("stop");
    Files.writeString(dir.resolve("state").resolve("epoch-zzz"), "mine");
    train(recipe(2, 0.01), IMAGES, dir, 9);
    assertThat(dir.resolve("model.yaml")).exists();
  }

  @Test
  void two_runs_do_not_write_in_one_directory(@TempDir Path dir) {
    List<Long> refused = new ArrayList<>();
    train(
        recipe(1, 0.01),
        dir,
        (task, done, total) -> {
          if (done == 5) {
            refused.add(done);
            assertThatThrownBy(() -> train(recipe(1, 0.01), IMAGES, dir, 9))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not be in use by another run");
          }
        });
    assertThat(refused).hasSize(1);
    train(recipe(1, 0.01), IMAGES, dir, 9);
  }

  /** The first so many of some images. */
  private record First(int size, Blobs all) implements TrainingImages {

    @Override
    public long label(int index) {
      return all.label(index);
    }

    @Override
    public void pixels(int index, float[] out, int offset) {
      all.pixels(index, out, offset);
    }

    @Override
    public String fingerprint() {
      return toString();
    }
  }

  @Test
  void classes_of_one_image_can_be_trained_on_beside_others(@TempDir Path dir) {
    First images = new First(19, new Blobs(12, 2, 1));
    TrainingData data = Trainer.check(recipe(1, 0.01), images, 1);
    assertThat(data.classes()).isEqualTo(10);
    assertThat(data.classesHeldOut()).isEqualTo(2);
    assertThat(data.images() + data.imagesHeldOut()).isEqualTo(19);
    assertThat(data.images()).isEqualTo(2 * 10 - data.singles());
    assertThat(data.sentence()).contains(data.singles() + " of them with one image alone");
    train(recipe(1, 0.01), images, dir, 1);
    assertThat(dir.resolve("model.yaml")).exists();
  }

  @Test
  void classes_of_one_image_can_be_trained_on_alone(@TempDir Path dir) {
    Blobs images = new Blobs(12, 1, 1);
    assertThat(Trainer.check(recipe(1, 0.01), images, 1).sentence())
        .contains("10 of them with one image alone");
    train(recipe(1, 0.01), images, dir, 1);
    assertThat(dir.resolve("model.yaml")).exists();
  }

  @Test
  void another_number_of_threads_is_refused_before_the_end_and_no_matter_behind_it(
      @TempDir Path dir) throws IOException {
    Path run = dir.resolve("state").resolve("run.yaml");
    assertThatThrownBy(() -> stopped(recipe(2, 0.01), dir)).hasMessage("stop");
    String own = Files.readString(run);
    String threads = "threads: " + JniUtils.getNumThreads();
    assertThat(own).contains(threads);
    Files.writeString(run, own.replace(threads, "threads: 97"));
    assertThatThrownBy(() -> train(recipe(2, 0.01), IMAGES, dir, 9))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("be 97, with which the run")
        .hasMessageContaining("add --threads 97");
    Files.writeString(run, own.replace(threads + "\n", ""));
    train(recipe(2, 0.01), IMAGES, dir, 9);
    Files.writeString(run, own.replace(threads, "threads: 97"));
    train(recipe(2, 0.01), IMAGES, dir, 9);
  }
}
