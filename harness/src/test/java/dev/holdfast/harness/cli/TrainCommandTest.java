package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class TrainCommandTest {

  private static final String RECIPE =
      """
      schema: 1
      name: tiny-trained
      backbone: {type: conv-net, widths: [4]}
      embedding: {dimension: 4, normalize: true, distance: euclidean}
      input: {height: 16, width: 16}
      batch_size: 8
      samples_per_class: 2
      epochs: 1
      seed: 3
      """;

  @TempDir private Path folder;

  private Path data;
  private Path recipe;

  @BeforeEach
  void prepare() {
    data = World.images(folder.resolve("pictures"), 6, 4);
    recipe = World.write(folder.resolve("recipe.yaml"), RECIPE);
  }

  private Cli train(Path out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", "--method", "standard", "--data", data));
    words.addAll(List.of("--recipe", recipe, "--out", out));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  @Test
  void what_was_trained_can_be_audited() {
    Path out = folder.resolve("trained");
    Cli trained = train(out).succeeds();
    assertThat(trained.err()).contains("4 classes with 16 images to train on; 2 with 8 held out");
    assertThat(trained.out()).contains("Recall@1 of the classes held out: ", "Model: " + out);
    assertThat(World.files(out))
        .contains("model.yaml", "weights.safetensors", "training.csv", "recipe.yaml");
    Path battery = World.battery(folder.resolve("tiny.yaml"));
    Cli audit =
        Cli.run(
            "audit",
            "--model",
            out,
            "--data",
            data,
            "--battery",
            battery,
            "--allow-unreliable",
            "--out",
            folder.resolve("audit"));
    assertThat(audit.succeeds().out()).contains("tiny-trained on pictures, 24 queries");
  }

  @Test
  void the_embedded_images_are_trained_on_where_they_are_meant_to_be() {
    World.write(recipe, RECIPE + "steps_per_epoch: 1\n");
    for (String split : List.of("default", "train", "test")) {
      List<Object> words = new ArrayList<>(List.of("train", "--data", "shapes"));
      words.addAll(List.of("--recipe", recipe, "--out", folder.resolve(split)));
      if (!split.equals("default")) {
        words.addAll(List.of("--split", split));
      }
      Cli.run(words.toArray()).succeeds();
    }
    Path weights = folder.resolve("default/weights.safetensors");
    assertThat(folder.resolve("train/weights.safetensors")).hasSameBinaryContentAs(weights);
    assertThat(World.bytes(folder.resolve("test/weights.safetensors")))
        .isNotEqualTo(World.bytes(weights));
  }

  @Test
  void a_killed_run_of_mdprop_ends_with_the_weights_of_a_straight_one() throws Exception {
    World.write(
        recipe,
        RECIPE
            .replace("backbone:", "method: {type: mdprop}\nbackbone:")
            .replace("epochs: 1", "epochs: 8\nsteps_per_epoch: 12"));
    Path straight = folder.resolve("straight");
    Path out = folder.resolve("killed");
    assertThat(child("straight", straight).await()).isZero();
    ChildJvm killed = child("killed", out);
    Path first = out.resolve("state");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (killed.process().isAlive() && !Files.exists(first) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    killed.process().destroyForcibly();
    assertThat(killed.await()).as("%s", killed.text()).isEqualTo(137);
    assertThat(out.resolve("model.yaml")).doesNotExist();
    assertThat(child("again", out).await()).isZero();
    for (String file : List.of("weights.safetensors", "training.csv", "model.yaml")) {
      assertThat(out.resolve(file)).hasSameBinaryContentAs(straight.resolve(file));
    }
  }

  /** With the number of threads that the bits depend on. */
  private ChildJvm child(String log, Path out) {
    return ChildJvm.start(
        folder.resolve(log + ".txt"),
        List.of(),
        "train",
        "--method",
        "mdprop",
        "--data",
        data,
        "--recipe",
        recipe,
        "--threads",
        1,
        "--out",
        out);
  }

  @Test
  void the_seed_of_the_recipe_counts_unless_another_one_is_given() {
    train(folder.resolve("a")).succeeds();
    train(folder.resolve("b"), "--seed", 3).succeeds();
    train(folder.resolve("c"), "--seed", 0).succeeds();
    Path weights = folder.resolve("a/weights.safetensors");
    assertThat(folder.resolve("b/weights.safetensors")).hasSameBinaryContentAs(weights);
    assertThat(World.bytes(folder.resolve("c/weights.safetensors")))
        .isNotEqualTo(World.bytes(weights));
    train(folder.resolve("a"), "--seed", 1).refuses(Holdfast.INPUT, "seed", "Maybe");
  }

  @Test
  void refuses_what_does_not_fit() {
    Path out = folder.resolve("out");
    World.write(recipe, RECIPE.replace("epochs", "epoch"));
    train(out).refuses(Holdfast.INPUT, "key (epoch) of recipe.yaml, line 8", "you meant epochs");
    World.write(recipe, RECIPE.replace("batch_size: 8", "batch_size: 7"));
    train(out).refuses(Holdfast.INPUT, "7", "Maybe");
    Cli.run("train", "--method", "standart", "--data", data, "--recipe", recipe, "--out", out)
        .refuses(Holdfast.INPUT, "method (standart)", "you meant standard");
    World.write(recipe, RECIPE.replace("batch_size: 8", "batch_size: 800"));
    train(out).refuses(Holdfast.INPUT, "800", "Maybe");
    Cli.run("train", "--data", "a\0b", "--recipe", recipe, "--out", out)
        .refuses(Holdfast.INPUT, "path (a\\0b)", "Maybe");
    assertThat(out).doesNotExist();
  }
}
