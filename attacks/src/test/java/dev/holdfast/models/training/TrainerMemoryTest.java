package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.models.engine.LiveArrays;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory over thousands of steps of MDProp, checkpoints included. Needs Linux. */
@Tag("slow")
class TrainerMemoryTest {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerMemoryTest.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 500;
  private static final int STEPS = 2000;
  private static final int EVERY = 50;
  private static final double ALLOWED_BYTES_A_STEP = 10_000;

  @Test
  @Timeout(1800)
  void neither_arrays_nor_memory_grow(@TempDir Path dir) {
    assumeTrue(Files.exists(STATUS), "not Linux");
    MdProp method =
        (MdProp) StrictYaml.parse("{type: mdprop}", "method.yaml", TrainingMethod.class);
    Recipe recipe = Blobs.recipe(method, (WARM_UP + STEPS) / 10, 0.001);
    List<Integer> arrays = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    Trainer.run(
        recipe,
        new Blobs(20, 12, 5),
        dir,
        1,
        false,
        new TargetedSteps(),
        (task, done, total) -> {
          if (done > WARM_UP && done % EVERY == 0) {
            // What Java has not collected yet is no leak; the engine's memory hangs on it.
            System.gc();
            arrays.add(LiveArrays.count());
            memory.add(residentBytes());
          }
        });
    assertThat(memory).hasSize(STEPS / EVERY);
    assertThat(arrays).containsOnly(arrays.get(0));
    double slope = slope(memory) / EVERY;
    LOG.warn(
        "mdprop: {} bytes a step, from {} to {} MB",
        slope,
        memory.get(0) / 1e6,
        memory.get(memory.size() - 1) / 1e6);
    assertThat(slope).as("bytes a step").isLessThan(ALLOWED_BYTES_A_STEP);
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
