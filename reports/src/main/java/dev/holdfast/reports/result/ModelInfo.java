package dev.holdfast.reports.result;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The audited model.
 *
 * @param name name on its card
 * @param sha256 hash of its weights, lower-case hex
 * @param card the model card, as read; written with sorted keys
 */
public record ModelInfo(String name, String sha256, Map<String, Object> card) {

  /** Copies the card. */
  public ModelInfo {
    Objects.requireNonNull(name, "name");
    card = card == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(card));
  }
}
