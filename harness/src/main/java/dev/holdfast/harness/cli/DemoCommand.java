package dev.holdfast.harness.cli;

import dev.holdfast.harness.audit.AuditRunner;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.DataSource;
import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.runtime.BundledModel;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.models.data.shapes.Shapes;
import dev.holdfast.reports.result.Audit;
import java.io.PrintWriter;
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
    description = "Audit the bundled models on the bundled data set: the main job in two minutes.")
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
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine())) {
      Audit standard = audit("standard", out, ticker);
      Audit mdprop = audit("mdprop", out.resolve("mdprop"), ticker);
      PrintWriter words = spec.commandLine().getOut();
      ConsoleSummary.print(standard, out, words);
      ConsoleSummary.compare(standard, mdprop, out.resolve("mdprop"), words);
      return Math.max(AuditCommand.exitCode(standard, false), AuditCommand.exitCode(mdprop, false));
    }
  }

  private Audit audit(String model, Path folder, ConsoleProgress ticker) {
    AuditSpec options =
        new AuditSpec(
            BundledModel.unpack(model, CacheFolder.path()),
            DataSource.of(Shapes.ID),
            folder,
            Battery.load("quick").withLimitQueries(QUERIES),
            engine.seed(),
            engine.batchSize(),
            engine.device(),
            engine.threads(),
            EvidenceMode.SAMPLE,
            fresh,
            false,
            true,
            false,
            null);
    return new AuditRunner(options, ticker).run();
  }
}
