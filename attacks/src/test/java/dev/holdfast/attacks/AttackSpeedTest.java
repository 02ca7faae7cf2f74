package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.training.GradientCollector;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a step of an attack costs beside one forward and one backward pass of the candidate alone.
 * Needs the folder named by {@code holdfast.models} and a quiet machine.
 */
@Tag("slow")
class AttackSpeedTest {

  private static final Logger LOG = LoggerFactory.getLogger(AttackSpeedTest.class);
  private static final String MODEL = "mobilenetv1_025_imagenet";
  private static final int BATCH = 64;
  private static final int WARM_UP = 5;
  private static final int REPETITIONS = 40;
  private static final double ALLOWED = 1.05;

  /** A margin is measured against every gallery item: one more product, on top of the pass. */
  private static final double ALLOWED_WITH_GALLERY = 1.15;

  @Test
  @Timeout(1800)
  void a_step_costs_at_most_five_percent_more_than_the_candidate() throws Exception {
    try (RealScene scene = RealScene.open(MODEL, BATCH);
        Model bare = Model.newInstance("bare", Device.cpu(), "PyTorch")) {
      bare.load(
          Path.of(System.getProperty("holdfast.models"), MODEL),
          scene.model().card().weights(),
          Map.of("trainParam", "true"));
      PtSymbolBlock network = (PtSymbolBlock) bare.getBlock();
      network.getDirectParameters().values().forEach(p -> p.getArray().setRequiresGradient(false));
      Map<String, Double> ratios = new TreeMap<>();
      for (Norm norm : Norm.values()) {
        for (Objective objective :
            List.of(new EmbeddingShift(), new SingleTarget(), new Margin(1))) {
          AttackTask task = scene.task(objective, norm, norm == Norm.LINF ? 8 / 255.0 : 1);
          double ratio = ratio(network, task);
          ratios.put(objective.id() + " " + norm.id(), ratio);
        }
      }
      assertThat(ratios)
          .allSatisfy(
              (what, ratio) ->
                  assertThat(ratio)
                      .isLessThanOrEqualTo(
                          what.startsWith("margin") ? ALLOWED_WITH_GALLERY : ALLOWED));
    }
  }

  /** One pass of the network before every step, so that other work on the machine slows both. */
  private static double ratio(PtSymbolBlock network, AttackTask task) {
    List<Double> bare = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    Interleaved model = new Interleaved(task.model(), network, bare, steps);
    AttackTask timed = Attacking.with(task, model);
    long start = System.nanoTime();
    Attacking.run(new Pgd(WARM_UP + REPETITIONS + 1, null, false), timed);
    long whole = System.nanoTime() - start;
    List<Double> naked = model.naked;
    double step = median(steps.subList(WARM_UP, WARM_UP + REPETITIONS));
    double pass = median(bare.subList(WARM_UP, WARM_UP + REPETITIONS));
    LOG.warn(
        "{}: {} ms a step, {} ms for the candidate, ratio {} (beside the network without normalization"
            + " {}); before and behind the steps {} ms",
        task.norm().id(),
        step / 1e6,
        pass / 1e6,
        step / pass,
        step / median(naked.subList(WARM_UP, WARM_UP + REPETITIONS)),
        (whole - sum(steps) - sum(bare) - sum(naked) - step) / 1e6);
    return step / pass;
  }

  /** Times one bare pass at every call, and the time from there to the next call. */
  private static final class Interleaved implements EmbeddingModel {

    private final EmbeddingModel model;
    private final PtSymbolBlock network;
    private final List<Double> bare;
    private final List<Double> steps;
    private final NDArray mean;
    private final NDArray std;
    private final List<Double> naked = new ArrayList<>();
    private long last;

    Interleaved(
        EmbeddingModel model, PtSymbolBlock network, List<Double> bare, List<Double> steps) {
      ModelCard.Normalization normalization = model.card().normalization();
      this.mean = perChannel(normalization.mean(), model.manager());
      this.std = perChannel(normalization.std(), model.manager());
      this.model = model;
      this.network = network;
      this.bare = bare;
      this.steps = steps;
    }

    private static NDArray perChannel(List<Double> values, NDManager manager) {
      float[] floats = new float[values.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i).floatValue();
      }
      return manager.create(floats, new Shape(1, floats.length, 1, 1));
    }

    @Override
    public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
      long now = System.nanoTime();
      if (last != 0) {
        steps.add((double) (now - last));
      }
      bare(network, pixels, null, null);
      long middle = System.nanoTime();
      naked.add((double) (middle - now));
      bare(network, pixels, mean, std);
      last = System.nanoTime();
      bare.add((double) (last - middle));
      return model.gradient(pixels, loss);
    }

    @Override
    public ModelCard card() {
      return model.card();
    }

    @Override
    public String sha256() {
      return model.sha256();
    }

    @Override
    public NDManager manager() {
      return model.manager();
    }

    @Override
    public NDArray embed(NDArray pixels) {
      return model.embed(pixels);
    }

    @Override
    public void close() {
      model.close();
    }
  }

  /** The network behind its normalization, written down in the plainest way, without objective. */
  private static void bare(PtSymbolBlock network, NDArray images, NDArray mean, NDArray std) {
    try (NDManager manager = images.getManager().newSubManager()) {
      NDArray leaf = images.stopGradient();
      leaf.attach(manager);
      leaf.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray input = mean == null ? leaf : leaf.sub(mean).div(std);
        collector.backward(IValueUtils.forward(network, new NDList(input), true).head().sum());
      }
      leaf.getGradient().attach(manager);
    }
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(v -> v).sum();
  }
}
