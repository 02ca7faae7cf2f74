package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Parts of a data set by name.
 *
 * <ul>
 *   <li>{@code official}: the images whose {@code split} in the manifest is {@code test}
 *   <li>{@code first-half}: the first half of the sorted class names, rounded down. By the custom
 *       of deep metric learning it is what models are trained on, and the other half what they are
 *       tested on
 *   <li>{@code FILE.json#NAME}: the classes listed under NAME in a JSON object
 * </ul>
 */
public final class Splits {

  private static final String OFFICIAL = "official";
  private static final String FIRST_HALF = "first-half";
  private static final int SHOWN = 3;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Splits() {}

  /**
   * Returns a part of a set, with labels counted anew as {@link ImageSet#keepClasses} does.
   *
   * @param set the whole set
   * @param split one of the forms above; null for the whole set
   * @param dataDir where FILE.json is looked for first, before the working directory; may be null
   * @throws InputException if there is no such split, or it names unknown classes
   */
  public static ImageSet apply(ImageSet set, String split, Path dataDir) {
    if (split == null) {
      return set;
    }
    int hash = split.lastIndexOf('#');
    if (hash >= 0) {
      return listed(set, split.substring(0, hash), split.substring(hash + 1), dataDir);
    }
    return switch (split) {
      case OFFICIAL -> official(set);
      case FIRST_HALF -> {
        List<String> names = set.classNames();
        yield set.keepClasses(new HashSet<>(names.subList(0, names.size() / 2)));
      }
      default ->
          throw InputException.unknown(
              "split",
              split,
              "the data set " + set.name(),
              List.of(OFFICIAL, FIRST_HALF, "FILE.json#NAME"));
    };
  }

  private static ImageSet official(ImageSet set) {
    if (set.items().stream().noneMatch(i -> set.split(i).filter("test"::equals).isPresent())) {
      throw InputException.of(
          "split",
          OFFICIAL,
          "the data set " + set.name(),
          "be given by a manifest whose column split has the value test",
          "use " + FIRST_HALF + " or FILE.json#NAME");
    }
    return set.keep(item -> set.split(item).filter("test"::equals).isPresent());
  }

  private static ImageSet listed(ImageSet set, String file, String name, Path dataDir) {
    Path beside = dataDir == null ? Path.of(file) : dataDir.resolve(file);
    Path path = Files.isRegularFile(beside) ? beside : Path.of(file);
    Map<String, List<String>> lists = lists(path);
    List<String> classes = lists.get(name);
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
    return set.keepClasses(new HashSet<>(classes));
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
