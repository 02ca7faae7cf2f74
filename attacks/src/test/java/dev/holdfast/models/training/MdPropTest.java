package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.yaml.StrictYaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Here rather than beside the method, because it needs a real attack. */
@Tag("native")
class MdPropTest implements TrainingMethodContract {

  private static MdProp with(String yaml) {
    return (MdProp)
        StrictYaml.parse("{type: mdprop" + yaml + "}", "method.yaml", TrainingMethod.class);
  }

  @Override
  public TrainingMethod method() {
    return with("");
  }

  @Override
  public AdversarialExampleMaker attack() {
    return new TargetedSteps();
  }

  /** One call of the attack. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Call(
      float[] clean,
      float[] start,
      float[] adversarial,
      List<float[]> targets,
      AdversarialExampleMaker.Budget budget) {}

  /** Runs one step on real images and returns what was attacked. */
  private static List<Call> step(MdProp method, Map<String, float[]> weightsAfter) {
    Recipe recipe = Blobs.recipe(method, 1, 0.01);
    List<Call> calls = new ArrayList<>();
    AdversarialExampleMaker real = new TargetedSteps();
    AdversarialExampleMaker spy =
        (model, clean, start, targets, budget) -> {
          NDArray result = real.perturb(model, clean, start, targets, budget);
          calls.add(
              new Call(
                  clean.toFloatArray(),
                  start.toFloatArray(),
                  result.toFloatArray(),
                  targets.stream().map(NDArray::toFloatArray).toList(),
                  budget));
          return result;
        };
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = InitialWeights.of(recipe, manager);
      Weights leaves = weights.leaves(manager);
      Blobs images = new Blobs(6, 4, 3);
      float[] pixels = new float[24 * 3 * 64];
      long[] labels = new long[24];
      for (int i = 0; i < 24; i++) {
        int image = i / 4 + 6 * (i % 4);
        images.pixels(image, pixels, i * 3 * 64);
        labels[i] = images.label(image);
      }
      long[] classes = Arrays.stream(labels).distinct().sorted().toArray();
      NDArray batch = manager.create(pixels, new Shape(24, 3, 8, 8));
      method.run(new TrainingStep(recipe, weights, leaves, batch, labels, classes, 7, spy));
      weights.all().forEach((name, array) -> weightsAfter.put(name, array.toFloatArray()));
      leaves
          .all()
          .forEach(
              (name, array) -> {
                if (!Weights.isBuffer(name)) {
                  weightsAfter.put("gradient " + name, array.getGradient().toFloatArray());
                }
              });
    }
    return calls;
  }

  @Test
  void a_resnet_18_learns_in_twenty_steps(@TempDir Path dir) {
    Recipe recipe = Blobs.recipe(with(""), "{type: resnet-18, width: 16}", 2, 0.001);
    Trainer.run(recipe, new Blobs(20, 12, 5), dir, 3, false, attack(), Progress.NONE);
    List<TrainingLog.Row> rows =
        TrainingLog.parse(TrainingMethodContract.files(dir).get("training.csv")).rows();
    assertThat(rows.get(1).step()).isEqualTo(20);
    assertThat(rows.get(1).loss()).isLessThan(rows.get(0).loss());
    // Of 47 other images 11 are relevant: chance is 0.23.
    assertThat(rows.get(1).validationRecallAt1()).isGreaterThan(0.35);
  }

  @Test
  void each_half_gets_its_twins_through_its_own_branch_inside_the_budget() {
    Map<String, float[]> after = new TreeMap<>();
    List<Call> calls = step(with(", epsilon: 8/255, steps: 3"), after);
    assertThat(calls).hasSize(2);
    assertThat(calls.get(0).targets()).hasSize(1);
    assertThat(calls.get(1).targets()).hasSize(5);
    for (Call call : calls) {
      assertThat(call.clean()).hasSize(12 * 3 * 64);
      double largest = 0;
      for (int i = 0; i < call.clean().length; i++) {
        largest = Math.max(largest, Math.abs(call.adversarial()[i] - call.clean()[i]));
        assertThat(call.adversarial()[i]).isBetween(0f, 1f);
        assertThat((double) Math.abs(call.start()[i] - call.clean()[i]))
            .isLessThanOrEqualTo(5e-4 + 1e-7);
      }
      assertThat(largest).isBetween(7.0 / 255, 8.0 / 255 + 1e-6);
    }
    // Every branch saw its own images.
    float[] main = after.get("stages.0.bn.running_mean");
    assertThat(after.get("stages.0.bn.aux1.running_mean")).isNotEqualTo(main);
    assertThat(after.get("stages.0.bn.aux2.running_mean"))
        .isNotEqualTo(main)
        .isNotEqualTo(after.get("stages.0.bn.aux1.running_mean"));
    for (Map.Entry<String, float[]> e : after.entrySet()) {
      if (e.getKey().startsWith("gradient")) {
        assertThat(e.getValue())
            .as(e.getKey())
            .hasSizeGreaterThan(0)
            .isNotEqualTo(new float[e.getValue().length]);
      }
    }
  }

  @Test
  void targets_of_another_class_are_embeddings_of_the_same_half() {
    Call call = step(with(""), new TreeMap<>()).get(0);
    float[] aims = call.targets().get(0);
    int dimension = aims.length / 12;
    for (int i = 0; i < 12; i++) {
      double square = 0;
      for (int d = 0; d < dimension; d++) {
        square += aims[i * dimension + d] * (double) aims[i * dimension + d];
      }
      assertThat(square).isBetween(1 - 1e-5, 1 + 1e-5);
    }
  }

  @Test
  void the_normalized_space_of_the_public_code_has_small_steps_and_scalar_bounds() {
    List<Call> calls =
        step(with(", space: normalized, epsilon: 0.01, choice: permutation"), new TreeMap<>());
    for (Call call : calls) {
      float low = Float.MAX_VALUE;
      float high = -Float.MAX_VALUE;
      for (float value : call.clean()) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      // Normalized with mean 0.5 and deviation 0.25.
      assertThat(low).isLessThan(-1);
      assertThat(call.budget())
          .isEqualTo(new AdversarialExampleMaker.Budget(0.01, 1, 0.01, low, high));
      // A permutation: the targets are the embeddings themselves in another order.
      List<String> rows = rows(call.targets().get(0));
      for (float[] other : call.targets()) {
        assertThat(rows(other)).containsExactlyInAnyOrderElementsOf(rows);
      }
    }
  }

  private static List<String> rows(float[] values) {
    int dimension = values.length / 12;
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      rows.add(Arrays.toString(Arrays.copyOfRange(values, i * dimension, (i + 1) * dimension)));
    }
    return rows;
  }

  @Test
  void epsilon_0_is_the_same_as_plain_copies(@TempDir Path dir) {
    Map<String, float[]> zero = new TreeMap<>();
    Map<String, float[]> copies = new TreeMap<>();
    assertThat(step(with(", epsilon: 0"), zero)).hasSize(2);
    assertThat(step(with(", attack: false"), copies)).isEmpty();
    assertThat(zero).usingRecursiveComparison().isEqualTo(copies);
    assertThat(zero).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ", targets: [1]",
        ", unadversarial: true",
        ", shared_batch_norm: true",
        ", per_branch_loss: true",
        ", chunks: 2",
        ", chunks: 3, shared_batch_norm: true, choice: permutation"
      })
  void every_switch_leads_to_other_gradients(String switches) {
    Map<String, float[]> usual = new TreeMap<>();
    step(with(""), usual);
    Map<String, float[]> changed = new TreeMap<>();
    step(with(switches), changed);
    String name = "gradient stages.0.conv.weight";
    assertThat(changed.get(name)).isNotEqualTo(usual.get(name));
    for (float value : changed.get(name)) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void running_statistics_follow_the_first_chunk_alone() {
    Map<String, float[]> first = new TreeMap<>();
    step(with(", chunks: 2, attack: false"), first);
    Map<String, float[]> whole = new TreeMap<>();
    step(with(", attack: false"), whole);
    String mean = "stages.0.bn.running_mean";
    String auxiliary = "stages.0.bn.aux1.running_mean";
    assertThat(first.get(mean)).isNotEqualTo(whole.get(mean));
    // The first half of the whole batch and the first chunk hold the same images.
    assertThat(first.get(mean)).isEqualTo(whole.get(auxiliary));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epsilon: 8 | you meant 8/255",
        "epsilon: -1 | epsilon (-1)",
        "steps: 0 | steps (0)",
        "step_size: 0 | step_size (0)",
        "start: 2 | start (2.0)",
        "targets: [] | targets ([])",
        "targets: [1, 5, 5, 5] | be 1 to 3 positive numbers",
        "step_size: epsilon/1/255 | step_size (epsilon/1/255)",
        "step_size: epsilon/0 | step_size (epsilon/0)",
        "step_size: 2epsilon/ | step_size (2epsilon/)",
        "chunks: 0 | chunks (0)",
        "chunks: 2147483647 | chunks (2147483647)",
        "chunks: 12, choice: permutation | leave two images or more for each part",
        "chunks: 5 | give chunks of a multiple of 2 images",
        "chunks: 3 | leave more than one class",
        "targets: [1, 2, 3], unadversarial: true | be 1 to 2 positive numbers",
      })
  void refuses_what_makes_no_sense(String line, String message) {
    assertThatThrownBy(() -> Blobs.recipe(with(", " + line), 1, 0.01))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void two_branches_of_advprop_and_four_with_uax() {
    assertThat(with("").branches()).isEqualTo(3);
    assertThat(with(", targets: [1]").branches()).isEqualTo(2);
    assertThat(with(", unadversarial: true").branches()).isEqualTo(4);
    assertThat(with(", shared_batch_norm: true").branches()).isEqualTo(1);
  }

  @Test
  void what_is_left_of_the_model_has_its_auxiliary_branches(@TempDir Path dir) {
    Trainer.run(
        Blobs.recipe(method(), 1, 0.01),
        new Blobs(12, 8, 1),
        dir,
        1,
        false,
        attack(),
        Progress.NONE);
    String weights = TrainingMethodContract.files(dir).get("weights.safetensors");
    assertThat(weights).contains("stages.0.bn.aux2.running_var").doesNotContain("loss.");
  }
}
