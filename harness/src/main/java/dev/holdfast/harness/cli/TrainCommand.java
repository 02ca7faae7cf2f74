package dev.holdfast.harness.cli;

import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.models.training.StoredImages;
import dev.holdfast.models.training.Trainer;
import dev.holdfast.models.training.TrainingMethod;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
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
      paramLabel = "ID",
      description =
          "The method that the recipe must have; see \"holdfast list methods\". Default: any.")
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
    if (method != null) {
      Registry.of(TrainingMethod.class, "method", method, "the command line");
    }
    Recipe read = Recipe.read(recipe);
    if (method != null && !method.equals(read.method().id())) {
      throw InputException.of(
          "method",
          method,
          "the command line",
          "be that of the recipe (" + read.method().id() + ")",
          "use another recipe");
    }
    OutputChecks.requireFolder("out", out);
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine());
        PixelCache store =
            PixelCache.open(
                data.openForTraining(),
                read.input().spec(),
                CacheFolder.path(),
                ticker,
                data.strict())) {
      StoredImages images = new StoredImages(store);
      long seed = threads.seedOr(read.seed());
      store.remarks().forEach(ticker::say);
      ticker.say(Trainer.check(read, images, seed).sentence());
      double recall = Trainer.run(read, images, out, seed, fresh, new TargetedSteps(), ticker);
      ticker.close();
      PrintWriter words = spec.commandLine().getOut();
      if (Double.isFinite(recall)) {
        words.printf(Locale.ROOT, "Recall@1 of the classes held out: %.1f %%%n", 100 * recall);
      }
      words.println("Model: " + out);
      words.flush();
      return Holdfast.OK;
    }
  }
}
