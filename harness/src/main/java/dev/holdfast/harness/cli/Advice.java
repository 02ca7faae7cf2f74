package dev.holdfast.harness.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What messages advise. Code that several commands share cannot know which options the command at
 * hand has; advice to use one that it lacks is left out.
 */
final class Advice {

  private static final String MAYBE = "Maybe ";
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
  private static final Pattern BETWEEN = Pattern.compile("(?<=; )|(?<=, or )");

  private Advice() {}

  /**
   * Returns a message without the advice that cannot be followed.
   *
   * @param known the options of the command
   */
  static String of(String message, Set<String> known) {
    return message
        .lines()
        .flatMap(line -> line.startsWith(MAYBE) ? kept(line, known) : Stream.of(line))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static Stream<String> kept(String line, Set<String> known) {
    List<String> all = Arrays.asList(BETWEEN.split(line.substring(MAYBE.length())));
    List<String> kept =
        all.stream()
            .filter(part -> OPTION.matcher(part).results().allMatch(o -> known.contains(o.group())))
            .toList();
    if (kept.size() == all.size()) {
      return Stream.of(line);
    }
    return kept.isEmpty()
        ? Stream.empty()
        : Stream.of(MAYBE + String.join("", kept).replaceFirst("(; |, or |\\.)$", "."));
  }
}
