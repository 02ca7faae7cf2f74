package dev.holdfast.harness.cli;

import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.metrics.error.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
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

  @Mixin private ThreadOptions threads;

  String device() {
    return device;
  }

  long seed() {
    return threads.seed();
  }

  int batchSize() {
    if (batchSize < 1) {
      throw InputException.of(
          "batch size", batchSize, "the command line", "be at least 1", "try 32");
    }
    return batchSize;
  }

  int threads() {
    return threads.threads();
  }

  /** See {@link ThreadOptions#apply}. */
  void apply() {
    threads.apply();
  }

  static ConsoleProgress ticker(CommandLine line) {
    return new ConsoleProgress(line.getErr(), Boolean.getBoolean("holdfast.terminal"));
  }
}
