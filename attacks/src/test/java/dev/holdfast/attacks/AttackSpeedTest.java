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
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.threat.Norm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
  private static final int REPETITIONS = 40;
  private static final int STEPS = 5;
  private static final double ALLOWED = 1.05;

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
      for (Norm norm : Norm.values()) {
        for (Objective objective : List.of(new SingleTarget(), new Margin(1))) {
          AttackTask task = scene.task(objective, norm, norm == Norm.LINF ? 8 / 255.0 : 1);
          // Few steps, so that making and settling the ball count as they do in short attacks.
          double ratio = ratio(network, task, new Pgd(STEPS, null, false));
          assertThat(ratio).as("%s %s", objective.id(), norm.id()).isLessThanOrEqualTo(ALLOWED);
        }
      }
    }
  }

  /** The two are interleaved, so that other work on the machine slows both. */
  private static double ratio(PtSymbolBlock network, AttackTask task, Attack attack) {
    double[] bare = new double[REPETITIONS];
    double[] steps = new double[REPETITIONS];
    for (int i = -3; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      for (int step = 0; step < STEPS; step++) {
        bare(network, task.clean());
      }
      long middle = System.nanoTime();
      attack.perturb(task).images().close();
      long end = System.nanoTime();
      if (i >= 0) {
        bare[i] = (middle - start) / 1e6 / STEPS;
        steps[i] = (end - middle) / 1e6 / STEPS;
      }
    }
    double ratio = median(steps) / median(bare);
    LOG.info(
        "{}: {} ms a step, {} ms for the candidate, ratio {}",
        task.norm().id(),
        median(steps),
        median(bare),
        ratio);
    return ratio;
  }

  /** The network itself, without card, normalization or objective. */
  private static void bare(PtSymbolBlock network, NDArray images) {
    try (NDManager manager = images.getManager().newSubManager()) {
      NDArray leaf = images.stopGradient();
      leaf.attach(manager);
      leaf.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        collector.backward(IValueUtils.forward(network, new NDList(leaf), true).head().sum());
      }
      leaf.getGradient().attach(manager);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
