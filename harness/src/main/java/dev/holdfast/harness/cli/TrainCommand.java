package dev.holdfast.harness.cli;

import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.harness.run.CacheFolder;
import dev.holdfast.harness.run.Ticker;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.PixelStore;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.models.training.StoredImages;
import dev.holdfast.models.training.Training;
import dev.holdfast.models.training.TrainingMethod;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reference models. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Train a reference model. An interrupted run goes on when the same command is given again."
    })
final class TrainCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--method",
      required = true,
      paramLabel = "ID",
      description = "See \"holdfast list methods\".")
  private String method;

  @Mixin private DataOptions data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where files go.")
  private Path out;

  @Option(
      names = "--recipe",
      required = true,
      paramLabel = "FILE.yaml",
      description = "Every parameter of the training.")
  private Path recipe;

  @Option(names = "--fresh", description = "Delete a run that is in the output folder.")
  private boolean fresh;

  @Mixin private ThreadOptions threads;

  @Override
  public Integer call() {
    threads.apply();
    TrainingMethod chosen = Registry.of(TrainingMethod.class, "method", method, "the command line");
    Recipe read = Recipe.read(recipe);
    if (!read.method().id().equals(chosen.id())) {
      throw InputException.of(
          "method",
          method,
          "the command line",
          "be that of the recipe (" + read.method().id() + ")",
          "use another recipe");
    }
    Outputs.requireFolder("out", out);
    try (Ticker ticker = EngineOptions.ticker(spec.commandLine());
        PixelStore store =
            PixelStore.open(
                data.openForTraining(),
                read.input().spec(),
                CacheFolder.path(),
                ticker,
                data.strict())) {
      Training.run(
          read,
          new StoredImages(store),
          out,
          threads.seedOr(read.seed()),
          fresh,
          new TargetedSteps(),
          ticker);
      ticker.close();
      spec.commandLine().getOut().println("Model: " + out);
      spec.commandLine().getOut().flush();
      return Holdfast.OK;
    }
  }
}
