package dev.holdfast.harness.cli;

import dev.holdfast.harness.run.Ticker;
import dev.holdfast.metrics.error.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How native work is done. */
final class EngineOptions {

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "cpu or cuda:0. Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Images in a native batch; numbers depend on it a little. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine. Default: one per core. Numbers do not depend on it.")
  private Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of everything random. Default: that of the recipe in training, else 0.")
  private Long seed;

  String device() {
    return device;
  }

  long seed() {
    return seedOr(0);
  }

  /** Returns the seed that was given, or else this one. */
  long seedOr(long otherwise) {
    return seed == null ? otherwise : seed;
  }

  int batchSize() {
    if (batchSize < 1) {
      throw InputException.of(
          "batch size", batchSize, "the command line", "be at least 1", "try 32");
    }
    return batchSize;
  }

  int threads() {
    if (threads != null && threads < 1) {
      throw InputException.of("threads", threads, "the command line", "be at least 1", "try 2");
    }
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Has to come before the engine is loaded, which reads its settings once. */
  void apply() {
    String count = Integer.toString(threads());
    System.setProperty("ai.djl.pytorch.num_threads", count);
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", count);
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  static Ticker ticker(CommandLine line) {
    return new Ticker(line.getErr(), Boolean.getBoolean("holdfast.terminal"));
  }
}
