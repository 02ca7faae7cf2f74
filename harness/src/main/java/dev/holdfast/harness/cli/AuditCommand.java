package dev.holdfast.harness.cli;

import dev.holdfast.harness.audit.AuditRunner;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.CorruptionErrors;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Attack and corrupt the queries of a data set, and write how much recall is left.",
      "An interrupted audit goes on where it stopped when the same command is given again."
    })
final class AuditCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "A model card, a folder with model.yaml, or a TorchScript file with its card beside it.")
  private Path model;

  @Mixin private DataOptions data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where files go.")
  private Path out;

  @Option(
      names = "--battery",
      paramLabel = "BATTERY",
      defaultValue = "quick",
      description =
          "quick, standard, full, robrank-compat, corruptions, shifts, or a YAML file. Default:"
              + " ${DEFAULT-VALUE}.")
  private String battery;

  @Option(
      names = "--limit-queries",
      paramLabel = "N",
      description = "Use N queries, chosen by seed and id; 0 for all. Default: the battery's.")
  private Integer limitQueries;

  @Option(
      names = "--surrogate",
      paramLabel = "MODEL",
      description =
          "A model that an attacker has in place of the candidate, for attacks of the battery that"
              + " want one. Default: those are left out.")
  private Path surrogate;

  @Option(names = "--fresh", description = "Delete an audit that is in the output folder.")
  private boolean fresh;

  @Option(
      names = "--evidence",
      paramLabel = "WHICH",
      defaultValue = "sample",
      description =
          "Adversarial images to keep: sample (those of a few queries, the same in every cell; about"
              + " 12 MB), all, or none. Default: ${DEFAULT-VALUE}.")
  private String evidence;

  @Option(
      names = "--reference",
      paramLabel = "AUDIT_DIR",
      description =
          "The audit of another model, to whose errors under corruption those of this one are compared (mCE).")
  private Path reference;

  @Option(
      names = "--frost-dir",
      paramLabel = "DIR",
      description =
          "Pictures frost1 to frost5 for corruption frost. Default: drawn by the program.")
  private Path frost;

  @Option(
      names = "--allow-unreliable",
      description = "End with exit code 0 although a check says that the numbers are unreliable.")
  private boolean allowUnreliable;

  @Option(
      names = "--no-early-exit",
      description =
          "Take every step even where no image moves any more. Numbers do not depend on it.")
  private boolean noEarlyExit;

  @Option(
      names = "--reverse-queries",
      description = "Go through the queries backwards. Numbers do not depend on it.")
  private boolean reverse;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    engine.apply();
    Battery chosen = Battery.load(battery, surrogate);
    if (limitQueries != null) {
      chosen = chosen.withLimitQueries(limitQueries);
    }
    if (reference != null) {
      CorruptionErrors.check(reference);
    }
    AuditSpec options =
        new AuditSpec(
            model,
            data.source(),
            out,
            chosen,
            engine.seed(),
            engine.batchSize(),
            engine.device(),
            engine.threads(),
            EvidenceMode.of(evidence),
            fresh,
            data.strict(),
            !noEarlyExit,
            reverse,
            frost);
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine())) {
      Audit audit = new AuditRunner(options, ticker).run();
      if (reference != null) {
        CorruptionErrors.add(out, reference);
        audit = AuditFiles.readAudit(out);
      }
      ConsoleSummary.print(audit, out, spec.commandLine().getOut());
      return exitCode(audit, allowUnreliable);
    }
  }

  static int exitCode(Audit audit, boolean allowUnreliable) {
    boolean unreliable =
        audit.trust().stream().map(TrustVerdict::verdict).anyMatch(Verdict.UNRELIABLE::equals);
    return unreliable && !allowUnreliable ? Holdfast.UNRELIABLE : Holdfast.OK;
  }
}
