package dev.holdfast.harness.cli;

import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.CorruptionErrors;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders an audit again. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = "Render the report of a finished audit again from its stored results.")
final class ReportCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(paramLabel = "AUDIT_DIR", description = "The folder of an audit.")
  private Path folder;

  @Option(
      names = "--reference",
      paramLabel = "AUDIT_DIR",
      description =
          "The audit of another model, to whose errors under corruption those of this one are compared (mCE).")
  private Path reference;

  @Override
  public Integer call() {
    if (reference == null) {
      AuditFiles.render(folder);
    } else {
      CorruptionErrors.add(folder, reference);
    }
    spec.commandLine().getOut().println("Report: " + folder.resolve(AuditFiles.HTML));
    spec.commandLine().getOut().flush();
    return Holdfast.OK;
  }
}
