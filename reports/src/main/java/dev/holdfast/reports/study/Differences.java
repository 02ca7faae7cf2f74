package dev.holdfast.reports.study;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** In what the recipes of methods differ. */
final class Differences {

  private static final String NONE = "–";

  private Differences() {}

  /**
   * Returns the settings that not all methods share.
   *
   * @param recipes by method: keys and values, which may hold further keys
   */
  static List<StudyTable.Setting> of(Map<String, ? extends Map<String, ?>> recipes) {
    List<Map<String, String>> flat = recipes.values().stream().map(Differences::flatten).toList();
    Set<String> keys = new LinkedHashSet<>();
    flat.forEach(recipe -> keys.addAll(recipe.keySet()));
    return keys.stream()
        .map(
            key ->
                new StudyTable.Setting(
                    key, flat.stream().map(recipe -> recipe.getOrDefault(key, NONE)).toList()))
        .filter(setting -> setting.values().stream().distinct().count() > 1)
        .toList();
  }

  private static Map<String, String> flatten(Map<String, ?> recipe) {
    Map<String, String> flat = new LinkedHashMap<>();
    recipe.forEach((key, value) -> flatten(key, value, flat));
    return flat;
  }

  private static void flatten(String key, Object value, Map<String, String> flat) {
    if (value instanceof Map<?, ?> inner) {
      inner.forEach((k, v) -> flatten(key + "." + k, v, flat));
    } else if (value instanceof Collection<?> list) {
      flat.put(key, list.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    } else {
      flat.put(key, value == null ? NONE : value.toString());
    }
  }
}
