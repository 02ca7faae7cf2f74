package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.threat.Norm;
import dev.holdfast.models.LiveArrays;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory over thousands of steps: the number of arrays and the resident size of the process. Needs
 * Linux and the folder named by {@code holdfast.models}.
 */
@Tag("slow")
class AttackMemoryTest {

  private static final Logger LOG = LoggerFactory.getLogger(AttackMemoryTest.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 500;
  private static final int EVERY = 50;
  private static final double ALLOWED_BYTES_A_STEP = 2048;

  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, 2, 10000", "mobilenetv1_025_imagenet, 8, 10000"})
  @Timeout(3600)
  void neither_arrays_nor_memory_grow(String model, int batch, int steps) {
    assumeTrue(Files.exists(STATUS), "not Linux");
    try (RealScene scene = RealScene.open(model, batch)) {
      Objective objective = new SingleTarget();
      List<Integer> arrays = new ArrayList<>();
      List<Double> memory = new ArrayList<>();
      int[] calls = {0};
      AttackTask task =
          Attacking.watched(
              scene.task(objective, Norm.L2, 1),
              loss ->
                  e -> {
                    if (calls[0]++ % EVERY == 0) {
                      // What Java has not collected yet is no leak; the engine's memory hangs on
                      // it.
                      System.gc();
                      arrays.add(LiveArrays.count());
                      memory.add(residentBytes());
                    }
                    return loss.loss(e);
                  });
      Attacking.run(new Pgd(steps, "0.05", true), task);
      assertThat(calls[0]).isEqualTo(steps);
      assertThat(arrays).containsOnly(arrays.get(0));
      double slope = slope(memory.subList(WARM_UP / EVERY, memory.size())) / EVERY;
      LOG.warn(
          "{} at batch {}: {} bytes a step, from {} to {} MB",
          model,
          batch,
          slope,
          memory.get(WARM_UP / EVERY) / 1e6,
          memory.get(memory.size() - 1) / 1e6);
      assertThat(slope).as("bytes a step").isLessThan(ALLOWED_BYTES_A_STEP);
    }
  }

  private static double residentBytes() {
    try {
      return Files.readAllLines(STATUS).stream()
              .filter(l -> l.startsWith("VmRSS:"))
              .mapToDouble(l -> Double.parseDouble(l.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElseThrow()
          * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Least squares. */
  private static double slope(List<Double> values) {
    double center = (values.size() - 1) / 2.0;
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < values.size(); i++) {
      covariance += (i - center) * values.get(i);
      variance += (i - center) * (i - center);
    }
    return covariance / variance;
  }
}
