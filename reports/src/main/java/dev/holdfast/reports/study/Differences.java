package dev.holdfast.reports.study;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** In what the recipes of methods differ. */
final class Differences {

  private static final String NONE = "–";

  private Differences() {}

  /**
   * Returns the settings that not all methods share; what stands under one key stays together.
   *
   * @param recipes by method: keys and values, which may hold further keys
   */
  static List<StudyTable.Setting> of(Map<String, ? extends Map<String, ?>> recipes) {
    Set<String> keys = new LinkedHashSet<>();
    recipes.values().forEach(recipe -> keys.addAll(recipe.keySet()));
    return keys.stream()
        .flatMap(key -> of(recipes.values().stream().map(r -> flat(key, r.get(key))).toList()))
        .toList();
  }

  private static Stream<StudyTable.Setting> of(List<Map<String, String>> recipes) {
    Set<String> keys = new LinkedHashSet<>();
    recipes.forEach(recipe -> keys.addAll(recipe.keySet()));
    return keys.stream()
        .map(
            key ->
                new StudyTable.Setting(
                    key, recipes.stream().map(r -> r.getOrDefault(key, NONE)).toList()))
        .filter(setting -> setting.values().stream().distinct().count() > 1);
  }

  private static Map<String, String> flat(String key, Object value) {
    Map<String, String> flat = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> inner) {
      inner.forEach((k, v) -> flat.putAll(flat(key + "." + k, v)));
    } else {
      flat.put(key, text(value));
    }
    return flat;
  }

  private static String text(Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().map(Differences::text).collect(Collectors.joining(", ", "[", "]"));
    }
    if (value instanceof Double number) {
      return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
    return value == null ? NONE : value.toString();
  }
}
