package dev.holdfast.harness.cli;

import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.run.AuditOptions;
import dev.holdfast.harness.run.AuditRunner;
import dev.holdfast.harness.run.CacheFolder;
import dev.holdfast.harness.run.EmbeddedModel;
import dev.holdfast.harness.run.Evidence;
import dev.holdfast.harness.run.Ticker;
import dev.holdfast.models.data.Shapes;
import dev.holdfast.reports.result.Audit;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job without anything to download. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = "Audit the embedded model on the embedded data set: the main job in two minutes.")
final class DemoCommand implements Callable<Integer> {

  private static final int QUERIES = 200;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "holdfast-demo",
      description = "Where files go. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(names = "--fresh", description = "Delete a demo that is in the output folder.")
  private boolean fresh;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    engine.apply();
    try (Ticker ticker = EngineOptions.ticker(spec.commandLine())) {
      AuditOptions options =
          new AuditOptions(
              EmbeddedModel.unpack("standard", CacheFolder.path()),
              Shapes.ID,
              null,
              null,
              false,
              out,
              Battery.load("quick").withLimitQueries(QUERIES),
              engine.seed(),
              engine.batchSize(),
              engine.device(),
              engine.threads(),
              Evidence.Mode.AUTO,
              fresh,
              false,
              true,
              false);
      Audit audit = new AuditRunner(options, ticker).run();
      Summary.print(audit, out, spec.commandLine().getOut());
      return AuditCommand.exitCode(audit, false);
    }
  }
}
