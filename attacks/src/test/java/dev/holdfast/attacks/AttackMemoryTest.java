package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.LiveArrays;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory over thousands of steps: the number of arrays and the resident size of a process that does
 * nothing else. Needs Linux and the folder named by {@code holdfast.models}.
 */
@Tag("slow")
class AttackMemoryTest {

  private static final Logger LOG = LoggerFactory.getLogger(AttackMemoryTest.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 500;
  private static final int EVERY = 50;
  private static final double ALLOWED_BYTES_A_STEP = 2048;

  /** A row of what was seen after some steps. */
  private record Sample(int step, int arrays, double bytes) {}

  @ParameterizedTest
  @CsvSource({"resnet20_cifar10, 2, 10000", "mobilenetv1_025_imagenet, 8, 10000"})
  @Timeout(7200)
  void neither_arrays_nor_memory_grow(String model, int batch, int steps, @TempDir Path dir)
      throws Exception {
    assumeTrue(Files.exists(STATUS), "not Linux");
    assumeTrue(
        Files.isDirectory(Path.of(System.getProperty("holdfast.models", ""), model)),
        "holdfast.models has no folder " + model);
    List<Sample> samples = watch(model, batch, steps, dir);
    assertThat(samples).hasSize(steps / EVERY);
    assertThat(samples).extracting(Sample::arrays).containsOnly(samples.get(0).arrays());
    for (int until : new int[] {steps / 2, steps}) {
      List<Sample> seen =
          samples.stream().filter(s -> s.step() >= WARM_UP && s.step() < until).toList();
      double slope = slope(seen);
      LOG.warn(
          "{} at batch {}: {} bytes a step over steps {} to {}, from {} to {} MB; {} arrays",
          model,
          batch,
          Math.round(slope),
          WARM_UP,
          until,
          seen.get(0).bytes() / 1e6,
          seen.get(seen.size() - 1).bytes() / 1e6,
          seen.get(0).arrays());
      assertThat(slope).as("bytes a step in %s steps", until).isLessThan(ALLOWED_BYTES_A_STEP);
    }
  }

  /**
   * Runs an attack in a process whose own memory stands still: the heap is there from the start,
   * and the compiler is the one that is soon done. What grows then is what the attack leaves.
   */
  private static List<Sample> watch(String model, int batch, int steps, Path dir)
      throws IOException, InterruptedException {
    Path log = dir.resolve("log.txt");
    Path table = dir.resolve("samples.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                property("ai.djl.offline"),
                property("OPT_OUT_TRACKING"),
                property("ai.djl.pytorch.num_threads"),
                property("ai.djl.pytorch.num_interop_threads"),
                property("holdfast.models"),
                Watched.class.getName(),
                model,
                Integer.toString(batch),
                Integer.toString(steps),
                table.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor()).as(() -> read(log)).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(table).stream()
        .map(line -> line.split(" "))
        .map(
            words ->
                new Sample(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    Double.parseDouble(words[2])))
        .toList();
  }

  private static String property(String name) {
    return "-D" + name + "=" + System.getProperty(name);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process that is watched. */
  static final class Watched {

    private Watched() {}

    /**
     * Writes a line every few steps: the step, live arrays, resident bytes.
     *
     * @param args the model, the batch size, the steps, the file
     */
    public static void main(String[] args) throws IOException {
      int steps = Integer.parseInt(args[2]);
      try (RealScene scene = RealScene.open(args[0], Integer.parseInt(args[1]));
          PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(args[3])))) {
        int[] calls = {0};
        AttackTask task =
            Attacking.watched(
                scene.task(new SingleTarget(), Norm.L2, 1),
                loss ->
                    e -> {
                      int step = calls[0]++;
                      if (step % EVERY == 0) {
                        // What Java has not collected yet is no leak; the engine's memory hangs on
                        // it.
                        System.gc();
                        out.println(step + " " + LiveArrays.count() + " " + residentBytes());
                      }
                      return loss.loss(e);
                    });
        Attacking.run(new Pgd(steps, "0.05", true), task);
      }
    }

    private static double residentBytes() {
      return read(STATUS)
              .lines()
              .filter(l -> l.startsWith("VmRSS:"))
              .mapToDouble(l -> Double.parseDouble(l.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElseThrow()
          * 1024;
    }
  }

  /** Theil and Sen: the median of the slopes of all pairs, which single jumps do not move. */
  private static double slope(List<Sample> samples) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      for (int j = i + 1; j < samples.size(); j++) {
        slopes.add(
            (samples.get(j).bytes() - samples.get(i).bytes())
                / (samples.get(j).step() - samples.get(i).step()));
      }
    }
    Collections.sort(slopes);
    return slopes.get(slopes.size() / 2);
  }
}
