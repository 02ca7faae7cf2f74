package dev.holdfast.harness.config;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.shapes.Shapes;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.models.yaml.StrictYaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several methods, each trained with several seeds on some classes and audited on others. Files are
 * named relative to the study.
 *
 * @param schema version of the format; 1
 * @param name what reports call it
 * @param data a folder, a manifest, or {@code shapes}
 * @param layout of the data; default: detected
 * @param trainSplit which classes to train on; default {@code train} for shapes, else needed
 * @param testSplit which classes to audit on; default {@code test} for shapes, else needed
 * @param batteries names of batteries, or files, at least one; each model is audited with all of
 *     them, and one that is added later leaves finished audits as they are
 * @param initialWeights takes the place of that of every recipe; default: as recipes have it
 * @param seeds of the trainings, at least one
 * @param auditSeed of the audits, so that all models get the same queries; default 0
 * @param batchSize images in a native batch of an audit; default 32
 * @param baseline id of the method that others are compared with; default the first
 * @param methods what is compared
 */
public record Study(
    Integer schema,
    String name,
    String data,
    String layout,
    String trainSplit,
    String testSplit,
    List<String> batteries,
    String initialWeights,
    List<Long> seeds,
    Long auditSeed,
    Integer batchSize,
    String baseline,
    List<Method> methods) {

  private static final String OWNER = "the study";

  /**
   * One way to train.
   *
   * @param id a word that names folders and columns
   * @param recipe file of the recipe
   * @param with keys of a recipe and values that take the place of those in the file; default none
   */
  public record Method(String id, String recipe, Map<String, Object> with) {

    /** Checks that nothing is missing. */
    public Method {
      if (id == null || !id.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
        throw InputException.of(
            "id", id, "a method of the study", "be a word in kebab-case", "write id: my-method");
      }
      require("recipe", recipe, "method " + id);
      with = with == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(with));
    }
  }

  /** Puts the defaults in and checks the values. */
  public Study {
    if (schema == null || schema != 1) {
      throw InputException.of("schema", schema, OWNER, "be 1", "start the file with \"schema: 1\"");
    }
    require("name", name, OWNER);
    require("data", data, OWNER);
    if (batteries == null || batteries.isEmpty()) {
      throw InputException.of(
          "batteries", missing(batteries), OWNER, "be given", "add batteries: [quick]");
    }
    batteries = List.copyOf(batteries);
    boolean shapes = Shapes.ID.equals(data);
    trainSplit = trainSplit == null && shapes ? "train" : trainSplit;
    testSplit = testSplit == null && shapes ? "test" : testSplit;
    // Of a name that is nearly "shapes", too.
    requireSplit("train_split", trainSplit);
    requireSplit("test_split", testSplit);
    if (trainSplit.equals(testSplit)) {
      throw InputException.of(
          "test_split", testSplit, OWNER, "differ from train_split", "one of them is misspelt");
    }
    auditSeed = auditSeed == null ? 0L : auditSeed;
    batchSize = batchSize == null ? 32 : batchSize;
    if (batchSize < 1) {
      throw InputException.of("batch_size", batchSize, OWNER, "be at least 1", "try 32");
    }
    if (seeds == null || seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size()) {
      throw InputException.of(
          "seeds", seeds, OWNER, "be one or more that differ", "write seeds: [0, 1, 2]");
    }
    seeds = List.copyOf(seeds);
    if (methods == null || methods.isEmpty()) {
      throw InputException.of(
          "methods",
          missing(methods),
          OWNER,
          "be given",
          "add methods: [{id: clean, recipe: a.yaml}]");
    }
    methods = List.copyOf(methods);
    List<String> ids = methods.stream().map(Method::id).toList();
    if (Set.copyOf(ids).size() < ids.size()) {
      throw InputException.of("methods", ids, OWNER, "have ids that differ", "rename one");
    }
    baseline = baseline == null ? ids.get(0) : baseline;
    if (!ids.contains(baseline)) {
      throw InputException.unknown("baseline", baseline, OWNER, ids);
    }
  }

  private static String missing(List<?> list) {
    return list == null ? "missing" : "empty";
  }

  private static void require(String key, String value, String owner) {
    if (value == null || value.isBlank()) {
      throw InputException.of(key, "missing", owner, "be given", "add \"" + key + ": ...\"");
    }
  }

  private static void requireSplit(String key, String value) {
    if (value == null || value.isBlank()) {
      throw InputException.of(
          key,
          "missing",
          OWNER,
          "be given, unless data is " + Shapes.ID,
          "add \"" + key + ": ...\"; first-half and second-half go with any data");
    }
  }

  /**
   * Reads a study and makes its files absolute.
   *
   * @throws InputException if it cannot be read or is wrong
   */
  public static Study read(Path file) {
    Study s = StrictYaml.read(file, Study.class);
    return new Study(
        s.schema,
        s.name,
        Shapes.ID.equals(s.data) ? s.data : beside(file, s.data),
        s.layout,
        split(file, s.trainSplit),
        split(file, s.testSplit),
        s.batteries.stream().map(b -> battery(file, b)).toList(),
        s.initialWeights == null ? null : beside(file, s.initialWeights),
        s.seeds,
        s.auditSeed,
        s.batchSize,
        s.baseline,
        s.methods.stream()
            .map(m -> new Method(m.id(), beside(file, m.recipe()), beside(file, m.with())))
            .toList());
  }

  private static String battery(Path file, String word) {
    if (Battery.NAMES.contains(word)) {
      return word;
    }
    String path = beside(file, word);
    if (!Files.isRegularFile(Path.of(path))) {
      List<String> known = new ArrayList<>(Battery.NAMES);
      known.add("a file beside the study");
      throw InputException.unknown("battery", word, OWNER, known);
    }
    return path;
  }

  private static String beside(Path file, String other) {
    return file.toAbsolutePath().resolveSibling(other).normalize().toString();
  }

  private static Map<String, Object> beside(Path file, Map<String, Object> changes) {
    Map<String, Object> whole = new LinkedHashMap<>(changes);
    whole.computeIfPresent("initial_weights", (k, other) -> beside(file, other.toString()));
    return whole;
  }

  /** Only {@code FILE#NAME} names a file. */
  private static String split(Path file, String split) {
    return split.contains("#") ? beside(file, split) : split;
  }

  /** Returns the recipe of a method as the study wants it. */
  public Recipe recipe(Method method) {
    Recipe recipe =
        Recipe.read(Path.of(method.recipe()))
            .with(method.with(), "method %s of the study".formatted(method.id()));
    if (initialWeights != null) {
      recipe = recipe.withInitialWeights(initialWeights);
    }
    return recipe.withName(method.id());
  }
}
