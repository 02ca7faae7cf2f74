package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.RelativePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Parts of a data set by name.
 *
 * <ul>
 *   <li>{@code official}: what the data set's authors test on: {@code test} as a rule, {@code
 *       small} for VehicleID. It is the default where there is one
 *   <li>{@code train}, {@code test}, {@code validation} and other names of splits that the data
 *       have, in any case; see {@link #canonical}
 *   <li>{@code all}: every image; the default where the data have no splits
 *   <li>{@code first-half}, {@code second-half}: the first half of the class names in the order of
 *       their characters, rounded down, and the rest. By the custom of deep metric learning models
 *       are trained on the first half and tested on the second
 *   <li>{@code FILE.json#NAME}: the classes listed under NAME in a JSON object
 * </ul>
 */
public final class Splits {

  private static final String OFFICIAL = "official";
  private static final String TRAIN = "train";
  private static final String TEST = "test";
  private static final String VALIDATION = "validation";
  private static final String ALL = "all";
  private static final String FIRST_HALF = "first-half";
  private static final String SECOND_HALF = "second-half";
  private static final int SHOWN = 3;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** What people call the three parts that most data have. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("training", TRAIN),
          Map.entry("trn", TRAIN),
          Map.entry("testing", TEST),
          Map.entry("tst", TEST),
          Map.entry("val", VALIDATION),
          Map.entry("valid", VALIDATION),
          Map.entry("dev", VALIDATION),
          Map.entry("eval", VALIDATION),
          Map.entry("evaluation", VALIDATION));

  private Splits() {}

  /**
   * Returns the one name of a split that goes by several: in lower case, and {@code train}, {@code
   * test} and {@code validation} for {@code training}, {@code val} and their kind.
   */
  static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SYNONYMS.getOrDefault(lower, lower);
  }

  /**
   * Returns a part of a set, with labels counted anew as {@link ImageSet#keepClasses} does.
   *
   * @param set the whole set
   * @param split one of the forms above; null for the default
   * @param dataDir where FILE.json is looked for first, before the working directory; may be null
   * @throws InputException if there is no such split, it names unknown classes, files of an
   *     official set are missing, or the data have splits and nobody says which is tested on
   */
  public static ImageSet apply(ImageSet set, String split, Path dataDir) {
    return choose(set, split == null ? byDefault(set) : split, dataDir).complete().retrievable();
  }

  /** Scores on training images, or on several parts together, are what nobody means. */
  private static String byDefault(ImageSet set) {
    if (set.mainSplit().isPresent()) {
      return set.mainSplit().get();
    }
    Map<String, Integer> counts = new TreeMap<>();
    for (ImageSet.Entry entry : set.entries()) {
      Set<String> names = entry.splits();
      (names.isEmpty() ? Set.of("none") : names)
          .forEach(name -> counts.merge(name, 1, Integer::sum));
    }
    if (set.splitNames().isEmpty() || (counts.size() == 1 && !counts.containsKey(TRAIN))) {
      return ALL;
    }
    List<String> parts = new ArrayList<>();
    counts.forEach((name, count) -> parts.add(count + " in " + name));
    String likely =
        Stream.concat(Stream.of(VALIDATION), set.splitNames().stream())
            .filter(set.splitNames()::contains)
            .filter(name -> !name.equals(TRAIN))
            .findFirst()
            .orElse(TRAIN);
    throw InputException.of(
        "split",
        "none was given",
        "the data set " + set.name(),
        "be named, since it has splits and none of them is test: images are "
            + String.join(", ", parts),
        "add --split " + likely + ", or --split all for all of them together");
  }

  private static ImageSet choose(ImageSet set, String given, Path dataDir) {
    int hash = given.lastIndexOf('#');
    if (hash >= 0) {
      return listed(set, given, given.substring(0, hash), given.substring(hash + 1), dataDir);
    }
    String split = canonical(given);
    // The split that is tested on is one of the set's even where its list is empty.
    if (set.splitNames().contains(split) || set.mainSplit().filter(split::equals).isPresent()) {
      return named(set, split);
    }
    List<String> names = set.classNames();
    return switch (split) {
      case ALL -> set;
      case OFFICIAL -> named(set, set.mainSplit().orElseThrow(() -> noOfficial(set)));
      case FIRST_HALF -> half(set, split, names.subList(0, names.size() / 2));
      case SECOND_HALF -> half(set, split, names.subList(names.size() / 2, names.size()));
      default -> {
        List<String> known = new ArrayList<>(set.splitNames());
        known.addAll(List.of(OFFICIAL, ALL, FIRST_HALF, SECOND_HALF, "FILE.json#NAME"));
        throw InputException.unknown("split", given, "the data set " + set.name(), known);
      }
    };
  }

  private static ImageSet half(ImageSet set, String split, List<String> classes) {
    Set<String> kept = Set.copyOf(classes);
    ImageSet half = set.keep(split, entry -> kept.contains(entry.className()));
    List<String> names = set.classNames();
    return names.stream().allMatch(name -> name.matches("\\d+"))
            && names.stream().map(String::length).distinct().count() > 1
        ? half.note(
            "The names of the classes are numbers, and were halved in the order of their"
                + " characters: 10 comes before 9.")
        : half;
  }

  private static InputException noOfficial(ImageSet set) {
    return InputException.of(
        "split",
        OFFICIAL,
        "the data set " + set.name(),
        "be given by a manifest whose column split has the value test",
        "use "
            + (set.splitNames().isEmpty() ? FIRST_HALF : String.join(", ", set.splitNames()))
            + " or FILE.json#NAME");
  }

  /** A split of the data set's authors. One of which classes are known from training says so. */
  private static ImageSet named(ImageSet set, String split) {
    ImageSet part = set.keep(split, entry -> entry.splits().contains(split));
    Set<String> elsewhere = new HashSet<>();
    set.entries().stream()
        .filter(entry -> !entry.splits().isEmpty())
        .filter(entry -> split.equals(TRAIN) != entry.splits().contains(TRAIN))
        .forEach(entry -> elsewhere.add(entry.className()));
    if (!set.splitNames().contains(TRAIN)) {
      return part;
    }
    long shared = part.classNames().stream().filter(elsewhere::contains).count();
    return shared == 0
        ? part
        : part.note(
            "%d of %d classes are in the training data and in the test data, so that a model may know them."
                .formatted(shared, part.classNames().size()));
  }

  private static ImageSet listed(
      ImageSet set, String split, String file, String name, Path dataDir) {
    Path beside = dataDir == null ? Path.of(file) : dataDir.resolve(file);
    Path path = Files.isRegularFile(beside) ? beside : Path.of(file);
    Map<String, List<String>> lists = lists(path);
    List<String> classes =
        lists.containsKey(name)
            ? lists.get(name).stream().map(RelativePath::composed).toList()
            : null;
    if (classes == null) {
      throw InputException.unknown(
          "name", name, "the split file " + path, List.copyOf(lists.keySet()));
    }
    List<String> unknown = classes.stream().filter(c -> !set.classNames().contains(c)).toList();
    if (!unknown.isEmpty()) {
      throw InputException.of(
          "classes",
          String.join(", ", unknown.subList(0, Math.min(SHOWN, unknown.size())))
              + (unknown.size() > SHOWN ? " and " + (unknown.size() - SHOWN) + " more" : ""),
          "the split " + name + " in " + path,
          "be classes of the data set " + set.name(),
          "the file belongs to another data set");
    }
    Set<String> kept = Set.copyOf(classes);
    return set.keep(split, entry -> kept.contains(entry.className()));
  }

  /** Reads every list of texts; other keys are notes. */
  private static Map<String, List<String>> lists(Path path) {
    if (!Files.isRegularFile(path)) {
      throw InputException.of(
          "file", path, "the split", "exist", "it is misspelled, or lies in another folder");
    }
    JsonNode root;
    try {
      root = JSON.readTree(path);
    } catch (JacksonException e) {
      throw new InputException(
          "The split file %s must be valid JSON: %s.%nMaybe a comma or a quote is missing."
              .formatted(path, e.getOriginalMessage()),
          e);
    }
    Map<String, List<String>> lists = new TreeMap<>();
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      List<String> names = new ArrayList<>();
      property.getValue().forEach(n -> names.add(n.isString() ? n.stringValue() : null));
      if (property.getValue().isArray() && !names.contains(null)) {
        lists.put(property.getKey(), names);
      }
    }
    if (lists.isEmpty()) {
      throw InputException.of(
          "content",
          "no list",
          "the split file " + path,
          "be a JSON object with lists of class names",
          "write {\"test\": [\"class-a\", \"class-b\"]}");
    }
    return lists;
  }
}
