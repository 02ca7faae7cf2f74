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
  private static final int REPETITIONS = 30;
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
      for (Norm norm : Norm.LENGTHS) {
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

  /**
   * One pass of the network before every step, so that other work on the machine slows both; the
   * median of the ratios, so that what slows one of them does not count.
   */
  private static double ratio(PtSymbolBlock network, AttackTask task) {
    Interleaved model = new Interleaved(task.model(), network);
    Attacking.run(new Pgd(WARM_UP + REPETITIONS + 1, null, false), Attacking.with(task, model));
    double ratio = median(model.ratios(model.bare));
    LOG.warn(
        "{}: {} ms a step, {} ms for the network alone, median of the ratios {}, quartiles {} and {};"
            + " beside the network with its normalization {}",
        task.norm().id(),
        median(model.steps) / 1e6,
        median(model.bare) / 1e6,
        ratio,
        quantile(model.ratios(model.bare), 0.25),
        quantile(model.ratios(model.bare), 0.75),
        median(model.ratios(model.normalized)));
    return ratio;
  }

  /** Times bare passes at every call, and the time from there to the next call. */
  private static final class Interleaved implements EmbeddingModel {

    private final EmbeddingModel model;
    private final PtSymbolBlock network;
    private final List<Double> bare = new ArrayList<>();
    private final List<Double> normalized = new ArrayList<>();
    private final List<Double> steps = new ArrayList<>();
    private final NDArray mean;
    private final NDArray std;
    private long last;

    Interleaved(EmbeddingModel model, PtSymbolBlock network) {
      ModelCard.Normalization normalization = model.card().normalization();
      this.mean = perChannel(normalization.mean(), model.manager());
      this.std = perChannel(normalization.std(), model.manager());
      this.model = model;
      this.network = network;
    }

    List<Double> ratios(List<Double> passes) {
      List<Double> ratios = new ArrayList<>();
      for (int i = WARM_UP; i < WARM_UP + REPETITIONS; i++) {
        ratios.add(steps.get(i) / passes.get(i));
      }
      return ratios;
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
      // Each of them first as often as second.
      boolean first = bare.size() % 2 == 0;
      timed(pixels, first);
      timed(pixels, !first);
      last = System.nanoTime();
      return model.gradient(pixels, loss);
    }

    private void timed(NDArray pixels, boolean alone) {
      long start = System.nanoTime();
      bare(network, pixels, alone ? null : mean, std);
      (alone ? bare : normalized).add((double) (System.nanoTime() - start));
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
    return quantile(values, 0.5);
  }

  private static double quantile(List<Double> values, double part) {
    double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
    return sorted[(int) (part * (sorted.length - 1))];
  }
}
