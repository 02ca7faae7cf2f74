package dev.holdfast.harness.cli;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Files and folders as they were typed. What is wrong with these is between user and shell, and
 * "does not exist" would say too little.
 */
final class Places {

  private static final Set<String> TEXTS_THAT_ARE_PLACES =
      Set.of("--data", "--query", "--gallery", "--battery");

  private Places() {}

  /**
   * @throws InputException if a value is empty, or a place is written as no file of this machine is
   */
  static void check(ParseResult parsed) {
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      Stream.concat(at.matchedOptions().stream(), at.matchedPositionals().stream())
          .forEach(Places::check);
    }
  }

  private static void check(ArgSpec arg) {
    String key = key(arg);
    boolean place = arg.type() == Path.class || TEXTS_THAT_ARE_PLACES.contains("--" + key);
    for (String value : arg.originalStringValues()) {
      if (value.isEmpty()) {
        throw InputException.of(
            key,
            value,
            "the command line",
            "not be empty",
            "a variable of the shell has no value, or the name has a slip");
      }
      if (place && !exists(value)) {
        remedy(value)
            .ifPresent(
                remedy -> {
                  throw InputException.of(
                      key,
                      value,
                      "the command line",
                      "be a file or folder of this machine",
                      remedy);
                });
      }
    }
  }

  /** Returns what messages call an argument. */
  static String key(ArgSpec arg) {
    return arg instanceof OptionSpec option
        ? option.longestName().replaceFirst("^-+", "")
        : arg.paramLabel();
  }

  private static boolean exists(String value) {
    try {
      return Files.exists(Path.of(value));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Optional<String> remedy(String value) {
    if (value.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
      return Optional.of("download it first");
    }
    if (value.startsWith("~") || value.startsWith("$")) {
      return Optional.of(
          "write the path in full: shells put it in place of ~ and $NAME only outside of quotes, and"
              + " of ~ only where a word begins");
    }
    List<Character> quotes = List.of('"', '\'', '`', '\u201c', '\u201d', '\u2018', '\u2019');
    if (quotes.contains(value.charAt(0)) || quotes.contains(value.charAt(value.length() - 1))) {
      return Optional.of("leave the quotes out that are part of the name");
    }
    return value.equals(value.strip())
        ? Optional.empty()
        : Optional.of("leave the space out at its end");
  }
}
