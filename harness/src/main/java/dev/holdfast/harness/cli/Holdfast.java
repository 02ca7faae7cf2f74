package dev.holdfast.harness.cli;

import ai.djl.engine.EngineException;
import dev.holdfast.harness.runtime.BuildInfo;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program: everything that a user types starts here. */
@Command(
    name = "holdfast",
    description =
        "Measures how much of an image-embedding model's retrieval quality survives attack.",
    mixinStandardHelpOptions = true,
    versionProvider = Holdfast.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    sortOptions = false,
    subcommands = {
      DemoCommand.class,
      AuditCommand.class,
      InspectCommand.class,
      EmbedCommand.class,
      ScoreCommand.class,
      AttackCommand.class,
      CorruptCommand.class,
      TrainCommand.class,
      StudyCommand.class,
      ReportCommand.class,
      ListCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 ok; 2 wrong input; 3 the run failed; 4 finished, but a check says that the",
      "numbers are unreliable."
    })
public final class Holdfast implements Runnable {

  static final int OK = 0;
  static final int INPUT = 2;
  static final int FAILED = 3;
  static final int UNRELIABLE = 4;

  @Option(
      names = "--verbose",
      description = "Show the stack trace of an error.",
      scope = ScopeType.INHERIT)
  private boolean verbose;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs the program and ends the virtual machine with its exit code. */
  public static void main(String[] args) {
    // Numbers are written the same everywhere.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(args, null, null));
  }

  /**
   * Runs the program.
   *
   * @param out where results go; null for standard output
   * @param err where errors and progress go; null for standard error
   * @return the exit code
   */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    // A file as a cache fails a second time, by itself, when the disk is full.
    ImageIO.setUseCache(false);
    Holdfast holdfast = new Holdfast();
    CommandLine line = new CommandLine(holdfast);
    if (out != null) {
      line.setOut(out);
    }
    if (err != null) {
      line.setErr(err);
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // Their --version is that of the program.
    line.getSubcommands().values().forEach(c -> c.getCommandSpec().versionProvider(new Version()));
    line.setParameterExceptionHandler(Holdfast::explainUsage);
    line.setExecutionStrategy(
        parsed -> {
          try {
            Places.check(parsed);
          } catch (InputException e) {
            return holdfast.explain(e, parsed.commandSpec().commandLine());
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setExecutionExceptionHandler((e, command, result) -> holdfast.explain(e, command));
    try {
      return line.execute(args);
    } catch (OutOfMemoryError e) {
      CommandLine.ParseResult parsed = line.getParseResult();
      say(
          "The memory is not enough.\nMaybe use a smaller --batch-size, or give Java more:"
              + " HOLDFAST_JAVA_OPTIONS=-Xmx4g.",
          parsed.hasSubcommand() ? parsed.subcommand().commandSpec().commandLine() : line);
      line.getErr().flush();
      return FAILED;
    } catch (StackOverflowError e) {
      return holdfast.explain(new IllegalStateException(e), line);
    }
  }

  /** One message; the usage of a command with twenty options would hide it. */
  private static int explainUsage(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    // A misspelt option is also a missing one: say what was misspelt.
    List<String> known = List.copyOf(command.getCommandSpec().optionsMap().keySet());
    if (e instanceof CommandLine.MissingParameterException) {
      for (String arg : args) {
        String option = arg.contains("=") ? arg.substring(0, arg.indexOf('=')) : arg;
        if (option.startsWith("--") && !known.contains(option)) {
          err.println(
              InputException.unknown("option", option, "the command line", known).getMessage());
          err.flush();
          return INPUT;
        }
      }
    }
    err.println(e.getCause() instanceof InputException input ? input.getMessage() : plain(e, args));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Maybe see: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return INPUT;
  }

  /** Returns what a parser of command lines says, as this program says it. */
  private static String plain(CommandLine.ParameterException e, String[] args) {
    CommandLine.Model.ArgSpec arg = e.getArgSpec();
    if (arg != null && e.getValue() != null) {
      Class<?> type = arg.auxiliaryTypes()[0];
      boolean small = type == int.class || type == Integer.class;
      if (small || type == long.class || type == Long.class) {
        return "The %s (%s) of the command line must be a whole number in digits, of at most %d."
            .formatted(Places.key(arg), e.getValue(), small ? Integer.MAX_VALUE : Long.MAX_VALUE);
      }
    }
    // The parser would show how it groups options.
    List<String> given =
        Arrays.stream(args)
            .map(word -> word.replaceFirst("=.*", ""))
            .filter(word -> word.startsWith("--") && e.getMessage().contains(word))
            .distinct()
            .toList();
    return e.getMessage().startsWith("Error: ") && given.size() > 1
        ? "The options (%s) of the command line must not stand together."
            .formatted(String.join(", ", given))
        : e.getMessage();
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static void say(String message, CommandLine command) {
    command.getErr().println(Advice.of(message, command.getCommandSpec().optionsMap().keySet()));
  }

  private int explain(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    int code = e instanceof InputException || e instanceof InvalidPathException ? INPUT : FAILED;
    if (e instanceof InputException || e instanceof RunException) {
      say(e.getMessage(), command);
    } else if (e instanceof InvalidPathException path) {
      err.println(
          "The path (%s) must be one that a file can have: %s.\nMaybe a character is left over."
              .formatted(path.getInput().replace("\0", "\\0"), path.getReason()));
    } else if (e instanceof EngineException) {
      String message = String.valueOf(e.getMessage());
      err.println("The engine failed: " + message.lines().findFirst().orElse(""));
      if (message.contains("memory")) {
        say("Maybe the device is out of memory; use a smaller --batch-size.", command);
      }
    } else if (e instanceof IOException || e instanceof UncheckedIOException) {
      err.println("A file could not be read or written: " + Reason.of(e) + ".");
    } else {
      err.println(
          "This is a bug in Holdfast "
              + BuildInfo.version()
              + " ("
              + BuildInfo.commit()
              + "): "
              + e);
      err.println(
          "Java %s, %s %s. Maybe report it with the output of --verbose."
              .formatted(
                  System.getProperty("java.version"),
                  System.getProperty("os.name"),
                  System.getProperty("os.arch")));
    }
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  /** Tells the version that was built. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"holdfast " + BuildInfo.version() + " (" + BuildInfo.commit() + ")"};
    }
  }
}
