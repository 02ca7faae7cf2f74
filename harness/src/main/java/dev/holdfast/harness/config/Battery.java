package dev.holdfast.harness.config;

import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A named list of attacks and corruptions.
 *
 * @param schema version of the format; 1
 * @param name what reports call it
 * @param limitQueries how many queries to use; 0 (default) for all
 * @param metrics what to measure, such as {@code recall@1} and {@code map-at-r}
 * @param attacks attacks, each under one or more threat models
 * @param corruptions corruptions at one or more severities
 * @param embeddings attacks on stored embeddings
 * @param worstCases what is left by several attacks together
 * @param sequences films of the queries, of which the flip rate of the nearest neighbor is measured
 */
public record Battery(
    Integer schema,
    String name,
    Integer limitQueries,
    List<String> metrics,
    List<AttackEntry> attacks,
    List<CorruptionEntry> corruptions,
    List<EmbeddingEntry> embeddings,
    List<WorstCaseEntry> worstCases,
    List<Sequence> sequences) {

  /** The batteries that come with Holdfast. */
  public static final List<String> NAMES =
      List.of("quick", "standard", "full", "robrank-compat", "corruptions", "shifts");

  private static final List<String> DEFAULT_METRICS =
      List.of("recall@1", "recall@2", "recall@4", "recall@8", "map-at-r");

  /** Puts the defaults in and checks the values. */
  public Battery {
    if (schema == null || schema != 1) {
      throw InputException.of(
          "schema", schema, "the battery", "be 1", "start the file with \"schema: 1\"");
    }
    if (name == null || name.isBlank()) {
      throw InputException.of("name", name, "the battery", "be given", "add \"name: my-battery\"");
    }
    limitQueries = limitQueries == null ? 0 : limitQueries;
    if (limitQueries < 0) {
      throw InputException.of(
          "limit_queries", limitQueries, "battery " + name, "not be negative", "0 means all");
    }
    metrics = metrics == null ? DEFAULT_METRICS : List.copyOf(metrics);
    if (metrics.isEmpty() || Set.copyOf(metrics).size() < metrics.size()) {
      throw InputException.of(
          "metrics",
          metrics,
          "battery " + name,
          "be one or more that differ",
          "leave the key out for the default");
    }
    String owner = "battery " + name;
    metrics.forEach(metric -> MetricNames.parse(metric, owner));
    attacks = attacks == null ? List.of() : List.copyOf(attacks);
    corruptions = corruptions == null ? List.of() : List.copyOf(corruptions);
    embeddings = embeddings == null ? List.of() : List.copyOf(embeddings);
    worstCases = worstCases == null ? List.of() : List.copyOf(worstCases);
    for (WorstCaseEntry entry : worstCases) {
      if (!metrics.contains(MetricNames.recall(entry.k()))) {
        throw InputException.of(
            "metrics",
            metrics,
            owner,
            "hold recall@" + entry.k() + ", which a worst case reports",
            "add it");
      }
    }
    sequences = sequences == null ? List.of() : List.copyOf(sequences);
    for (AttackEntry entry : attacks) {
      for (Objective objective : entry.objectives()) {
        Integer k = entry.stopAt(objective);
        if (k != null && !metrics.contains(MetricNames.recall(k))) {
          throw InputException.of(
              "metrics",
              metrics,
              owner,
              "hold recall@" + k + ", which an attack with stop: broken reports",
              "add it");
        }
      }
    }
  }

  /** Loads a battery, without the attacks that want a surrogate of the command line. */
  public static Battery load(String nameOrFile) {
    return load(nameOrFile, null);
  }

  /**
   * Loads a battery.
   *
   * @param nameOrFile one of {@link #NAMES}, or a YAML file
   * @param surrogate the model that the command line names; null for none
   * @throws InputException if there is no such battery, it is wrong, or has no use for the
   *     surrogate
   */
  public static Battery load(String nameOrFile, Path surrogate) {
    Battery battery = read(nameOrFile);
    boolean wants = battery.attacks.stream().anyMatch(Battery::wantsSurrogate);
    if (surrogate != null && !wants) {
      throw InputException.of(
          "surrogate",
          surrogate,
          "the command line",
          "be used by the battery " + battery.name,
          "use --battery full, or write surrogate: " + AttackEntry.GIVEN + " beside an attack");
    }
    return battery.with(
        battery.attacks.stream()
            .filter(entry -> surrogate != null || !wantsSurrogate(entry))
            .map(entry -> wantsSurrogate(entry) ? entry.withSurrogate(surrogate.toString()) : entry)
            .toList());
  }

  /** Returns what a battery of {@link #NAMES} is for: the comment that its file begins with. */
  public static String purpose(String name) {
    return resource(name)
        .lines()
        .takeWhile(line -> line.startsWith("#"))
        .map(line -> line.substring(1).strip())
        .collect(Collectors.joining(" "));
  }

  private static boolean wantsSurrogate(AttackEntry entry) {
    return AttackEntry.GIVEN.equals(entry.surrogate());
  }

  private static Battery read(String nameOrFile) {
    if (NAMES.contains(nameOrFile)) {
      return StrictYaml.parse(resource(nameOrFile), "battery " + nameOrFile, Battery.class);
    }
    Path file = Path.of(nameOrFile);
    if (Files.isRegularFile(file)) {
      return StrictYaml.read(file, Battery.class).beside(file);
    }
    if (nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml")) {
      throw InputException.of(
          "battery",
          nameOrFile,
          "the command line",
          "be an existing file",
          "its name is misspelt, or use one of " + String.join(", ", NAMES));
    }
    throw InputException.unknown("battery", nameOrFile, "the command line", NAMES);
  }

  /** Returns the same battery with another number of queries, which its name then says. */
  public Battery withLimitQueries(int limit) {
    String words = limit == 0 ? "all queries" : limit + " queries";
    String label = limit == limitQueries || limit < 0 ? name : name + " with " + words;
    return new Battery(
        schema, label, limit, metrics, attacks, corruptions, embeddings, worstCases, sequences);
  }

  private Battery beside(Path file) {
    return with(attacks.stream().map(entry -> entry.beside(file)).toList());
  }

  private Battery with(List<AttackEntry> others) {
    return new Battery(
        schema,
        name,
        limitQueries,
        metrics,
        others,
        corruptions,
        embeddings,
        worstCases,
        sequences);
  }

  private static String resource(String name) {
    String path = "/dev/holdfast/harness/batteries/" + name + ".yaml";
    try (InputStream in = Battery.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
