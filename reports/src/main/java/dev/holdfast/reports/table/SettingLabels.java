package dev.holdfast.reports.table;

import dev.holdfast.reports.result.ResultRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Labels of hyper-parameters in few words. */
public final class SettingLabels {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int SHOWN = 4;

  private SettingLabels() {}

  /** Returns the setting of a row as a JSON object, without members where there is none. */
  public static String of(ResultRow row) {
    return row.setting() == null ? "{}" : row.setting();
  }

  /**
   * Returns for each of several settings, JSON objects that differ, what the others do not all
   * have: {@code steps 20}, or nothing for one that has nothing of its own. No two get the same
   * words.
   */
  public static Map<String, String> apart(Collection<String> settings) {
    List<Map<String, String>> all = new ArrayList<>();
    for (String setting : settings) {
      Map<String, String> values = new TreeMap<>();
      collect("", MAPPER.readTree(setting), values);
      all.add(values);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    int number = 0;
    for (String setting : settings) {
      List<String> own = new ArrayList<>();
      all.get(number++)
          .forEach(
              (path, value) -> {
                if (!all.stream().allMatch(other -> value.equals(other.get(path)))) {
                  own.add(path.substring(path.lastIndexOf('.') + 1) + " " + value);
                }
              });
      String text = String.join(", ", own.subList(0, Math.min(SHOWN, own.size())));
      if (own.size() > SHOWN) {
        text += " and " + (own.size() - SHOWN) + " more";
      }
      texts.put(setting, texts.containsValue(text) ? text + " (no. " + number + ")" : text);
    }
    return texts;
  }

  private static void collect(String path, JsonNode node, Map<String, String> values) {
    if (node.isObject()) {
      node.properties().forEach(e -> collect(path + "." + e.getKey(), e.getValue(), values));
    } else if (node.isArray() && !node.isEmpty() && node.get(0).isContainer()) {
      for (int i = 0; i < node.size(); i++) {
        // The place stands before the name, which is what a reader wants.
        collect(path + "." + i, node.get(i), values);
      }
    } else {
      values.put(path, node.isString() ? node.stringValue() : node.toString());
    }
  }
}
