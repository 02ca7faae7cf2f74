package dev.holdfast.harness.cli;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Option that names an extension, as a command line writes it: {@code
 * pgd,steps=10,step_size=2/255}.
 */
final class ExtensionOption {

  private ExtensionOption() {}

  /**
   * Reads an id with parameters.
   *
   * @param option name of the option, for messages
   * @param type the extension point
   */
  static <T> T parse(String option, String text, Class<T> type) {
    String[] parts = text.split(",", -1);
    Map<String, String> values = new LinkedHashMap<>();
    String id = parts[0].strip();
    if (!id.matches("[\\w+-]*")) {
      throw InputException.of(
          "value",
          text,
          option,
          "be an id and parameters with commas between",
          "write pgd,steps=10");
    }
    values.put("type", id);
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals < 1) {
        throw InputException.of(
            "parameter", parts[i], option, "have the form key=value", "write steps=10");
      }
      String key = parts[i].substring(0, equals).strip();
      String value = parts[i].substring(equals + 1).strip();
      if (value.isEmpty()) {
        throw InputException.of(
            "parameter", parts[i], option, "have a value", "leave it out for the default");
      }
      if (values.put(key, value) != null) {
        throw InputException.of("parameter", key, option, "be given once", "delete one of them");
      }
    }
    return StrictYaml.bind(values, option, type);
  }
}
