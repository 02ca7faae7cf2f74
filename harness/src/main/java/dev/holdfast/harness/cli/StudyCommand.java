package dev.holdfast.harness.cli;

import dev.holdfast.harness.config.Study;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.study.StudyRunner;
import dev.holdfast.reports.study.StudyTable;
import dev.holdfast.reports.study.StudyText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Methods against each other. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Train several methods with several seeds, audit every model, and write one table.",
      "An interrupted study goes on where it stopped when the same command is given again."
    })
final class StudyCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      paramLabel = "FILE.yaml",
      description =
          "Data, methods, seeds and batteries; harness/docs/training.md says how it is written.")
  private Path file;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where files go.")
  private Path out;

  @Option(
      names = "--allow-unreliable",
      description = "End with exit code 0 although a check says that numbers are unreliable.")
  private boolean allowUnreliable;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine; weights depend on it. Default: one per core.")
  private Integer count;

  @Override
  public Integer call() {
    ThreadOptions threads = ThreadOptions.of(count);
    threads.apply();
    Study study = Study.read(file);
    OutputChecks.requireFolder("out", out);
    StudyTable table;
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine())) {
      table = new StudyRunner(study, out, threads.threads(), ticker).run();
    }
    PrintWriter words = spec.commandLine().getOut();
    new StudyText(table).findings().forEach(words::println);
    words.println("Table: " + out.resolve("study.html"));
    words.flush();
    return table.unreliable() && !allowUnreliable ? Holdfast.UNRELIABLE : Holdfast.OK;
  }
}
