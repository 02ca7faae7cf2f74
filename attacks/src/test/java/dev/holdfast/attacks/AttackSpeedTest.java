package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.training.GradientCollector;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.MultiTarget;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.card.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
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
 * What a step of an attack costs beside one forward and one backward pass of the network alone.
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

  @Test
  @Timeout(1800)
  void a_step_costs_at_most_five_percent_more_than_the_bare_network() throws Exception {
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
            List.of(
                new EmbeddingShift(), new SingleTarget(), new MultiTarget(null), new Margin(1))) {
          AttackTask task = scene.task(objective, norm, norm == Norm.LINF ? 8 / 255.0 : 1);
          String what = objective.label() + " " + norm.id();
          ratios.put(what, ratio(what, network, task));
        }
      }
      assertThat(ratios)
          .allSatisfy((what, ratio) -> assertThat(ratio).isLessThanOrEqualTo(ALLOWED));
    }
  }

  /**
   * The network alone before and after every step, so that other work on the machine slows both;
   * the median of the ratios, so that what slows one of them does not count.
   *
   * @return the ratio to the bare network, without the normalization that every audit needs
   */
  private static double ratio(String what, PtSymbolBlock network, AttackTask task) {
    Interleaved model = new Interleaved(task.model(), network);
    // The last step ends with the attack, and nobody can tell when.
    Attacking.run(new Pgd(WARM_UP + REPETITIONS + 1, null, false), Attacking.with(task, model));
    LOG.warn("{}: {} ms a step", what, rounded(median(model.steps) / 1e6));
    Map<Passes, Double> medians = new EnumMap<>(Passes.class);
    for (Passes passes : Passes.values()) {
      List<Double> ratios = model.ratios(passes);
      medians.put(passes, median(ratios));
      LOG.warn(
          "{} beside {} ({} ms): median of {} ratios {}, quartiles {} and {}",
          what,
          passes,
          rounded(median(model.passes.get(passes)) / 1e6),
          ratios.size(),
          rounded(median(ratios)),
          rounded(quantile(ratios, 0.25)),
          rounded(quantile(ratios, 0.75)));
    }
    return medians.get(Passes.NETWORK);
  }

  /** What a step is measured beside: a forward and a backward pass to the images. */
  private enum Passes {
    /** The TorchScript file alone, fed with pixels that it does not expect. */
    NETWORK,
    /** With the normalization of the card. */
    NORMALIZED,
    /** With embeddings of length 1 as well, where the card says so: pixels in, embeddings out. */
    CANDIDATE
  }

  /** Times bare passes at every call, and the time from there to the next call. */
  private static final class Interleaved implements EmbeddingModel {

    private final EmbeddingModel model;
    private final PtSymbolBlock network;
    private final Map<Passes, List<Double>> passes = new EnumMap<>(Passes.class);
    private final List<Double> steps = new ArrayList<>();
    private final NDArray mean;
    private final NDArray std;
    private int calls;
    private long last;

    Interleaved(EmbeddingModel model, PtSymbolBlock network) {
      ModelCard.Normalization normalization = model.card().normalization();
      this.mean = normalization.mean(model.manager());
      this.std = normalization.std(model.manager());
      this.model = model;
      this.network = network;
    }

    /** Each step beside the mean of the passes before and after it. */
    List<Double> ratios(Passes which) {
      List<Double> times = passes.get(which);
      List<Double> ratios = new ArrayList<>();
      for (int i = WARM_UP; i < WARM_UP + REPETITIONS; i++) {
        ratios.add(2 * steps.get(i) / (times.get(i) + times.get(i + 1)));
      }
      return ratios;
    }

    @Override
    public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
      long now = System.nanoTime();
      if (last != 0) {
        steps.add((double) (now - last));
      }
      // Each of them as often at each place.
      Passes[] all = Passes.values();
      for (int i = 0; i < all.length; i++) {
        Passes which = all[(calls + i) % all.length];
        long start = System.nanoTime();
        pass(which, pixels);
        passes
            .computeIfAbsent(which, w -> new ArrayList<>())
            .add((double) (System.nanoTime() - start));
      }
      calls++;
      last = System.nanoTime();
      return model.gradient(pixels, loss);
    }

    /** Written down in the plainest way, without an objective. */
    private void pass(Passes which, NDArray images) {
      try (NDManager manager = images.getManager().newSubManager()) {
        NDArray leaf = images.stopGradient();
        leaf.attach(manager);
        leaf.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          NDArray input = which == Passes.NETWORK ? leaf : leaf.sub(mean).div(std);
          NDArray output = IValueUtils.forward(network, new NDList(input), true).head();
          if (which == Passes.CANDIDATE && card().embedding().normalize()) {
            output = output.div(output.norm(new int[] {1}, true));
          }
          collector.backward(output.sum());
        }
        leaf.getGradient().attach(manager);
      }
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

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static double median(List<Double> values) {
    return quantile(values, 0.5);
  }

  private static double quantile(List<Double> values, double part) {
    double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
    return sorted[(int) (part * (sorted.length - 1))];
  }
}
