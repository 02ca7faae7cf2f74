package dev.holdfast.attacks.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.training.AdversarialExampleMaker.Budget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class TargetedStepsTest {

  private static final int N = 6;
  private static final Shape SHAPE = new Shape(N, 3, 16, 16);

  private static EmbeddingModel model(Path dir) throws Exception {
    Path net = Path.of(TargetedStepsTest.class.getResource("/golden/attacks/net.pt").toURI());
    Files.copy(net, dir.resolve("net.pt"));
    Files.writeString(
        dir.resolve("net.yaml"),
        """
        schema: 1
        name: net
        weights: net.pt
        input: {height: 16, width: 16}
        normalization: none
        embedding: {dimension: %d, normalize: true, distance: euclidean}
        """
            .formatted(dimension(net)));
    return ModelLoader.open(dir.resolve("net.yaml"), Device.cpu());
  }

  private static int dimension(Path net) throws Exception {
    try (ai.djl.Model raw = ai.djl.Model.newInstance("net", Device.cpu(), "PyTorch")) {
      raw.load(net.getParent(), "net.pt");
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
        return (int)
            raw.getBlock()
                .forward(
                    new ai.djl.training.ParameterStore(manager, false),
                    new ai.djl.ndarray.NDList(manager.zeros(SHAPE)),
                    false)
                .head()
                .getShape()
                .get(1);
      }
    }
  }

  private static NDArray images(NDManager manager) {
    CounterRng rng = CounterRng.of(1, "images", 0);
    float[] values = new float[(int) SHAPE.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextDouble();
    }
    return manager.create(values, SHAPE);
  }

  private static double[] distances(EmbeddingModel model, NDArray images, List<NDArray> targets) {
    double[] sums = new double[N];
    NDArray e = model.embed(images);
    for (NDArray target : targets) {
      float[] d = e.sub(target).square().sum(new int[] {1}).sqrt().toFloatArray();
      for (int i = 0; i < N; i++) {
        sums[i] += d[i] / targets.size();
      }
    }
    return sums;
  }

  /** Embeddings of other images of the batch, each moved along by so many rows. */
  private static List<NDArray> targets(EmbeddingModel model, NDArray images, int count) {
    NDArray e = model.embed(images);
    List<NDArray> targets = new ArrayList<>();
    for (int q = 1; q <= count; q++) {
      targets.add(e.get(q + ":").concat(e.get(":" + q)));
    }
    return targets;
  }

  @Test
  void distances_fall_inside_the_budget(@TempDir Path dir) throws Exception {
    try (EmbeddingModel model = model(dir);
        NDManager manager = model.manager().newSubManager()) {
      NDArray clean = images(manager);
      float[] before = clean.toFloatArray();
      for (int count : new int[] {1, 5}) {
        List<NDArray> targets = targets(model, clean, count);
        double epsilon = 4 / 255.0;
        Budget budget = new Budget(epsilon, 3, epsilon / 3, 0, 1);
        NDArray moved = new TargetedSteps().perturb(model, clean, clean, targets, budget);
        double[] first = distances(model, clean, targets);
        double[] last = distances(model, moved, targets);
        double fall = 0;
        for (int i = 0; i < N; i++) {
          fall += first[i] - last[i];
        }
        assertThat(fall).as("%d targets", count).isPositive();
        float[] values = moved.toFloatArray();
        for (int i = 0; i < values.length; i++) {
          assertThat((double) Math.abs(values[i] - before[i])).isLessThanOrEqualTo(epsilon + 1e-6);
          assertThat(values[i]).isBetween(0f, 1f);
        }
      }
      assertThat(clean.toFloatArray()).isEqualTo(before);
    }
  }

  @Test
  void an_image_does_not_depend_on_the_others_so_squares_and_means_change_nothing(@TempDir Path dir)
      throws Exception {
    try (EmbeddingModel model = model(dir);
        NDManager manager = model.manager().newSubManager()) {
      NDArray clean = images(manager);
      List<NDArray> targets = targets(model, clean, 2);
      Budget budget = new Budget(0.02, 2, 0.01, 0, 1);
      float[] together =
          new TargetedSteps().perturb(model, clean, clean, targets, budget).toFloatArray();
      int each = together.length / N;
      int differing = 0;
      for (int i = 0; i < N; i++) {
        String row = i + ":" + (i + 1);
        float[] alone =
            new TargetedSteps()
                .perturb(
                    model,
                    clean.get(row),
                    clean.get(row),
                    targets.stream().map(t -> t.get(row)).toList(),
                    budget)
                .toFloatArray();
        for (int j = 0; j < each; j++) {
          differing += alone[j] == together[i * each + j] ? 0 : 1;
        }
      }
      // Sums of another batch size round otherwise, which turns a sign where a gradient is about 0.
      assertThat(differing).isLessThan(together.length / 200);
    }
  }

  @Test
  void epsilon_0_gives_the_clean_image_bit_for_bit(@TempDir Path dir) throws Exception {
    try (EmbeddingModel model = model(dir);
        NDManager manager = model.manager().newSubManager()) {
      NDArray clean = images(manager);
      NDArray start = clean.add(5e-4);
      NDArray moved =
          new TargetedSteps()
              .perturb(model, clean, start, targets(model, clean, 1), new Budget(0, 1, 0, 0, 1));
      assertThat(moved.toFloatArray()).isEqualTo(clean.toFloatArray());
    }
  }
}
