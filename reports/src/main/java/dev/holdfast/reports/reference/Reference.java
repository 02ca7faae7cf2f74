package dev.holdfast.reports.reference;

import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.ResultRow;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The model that errors under corruption are compared with. Every row that depends on it carries it
 * in its {@code setting}.
 *
 * @param name of the model
 * @param sha256 of its weights
 * @param battery of its audit
 * @param configHash of its audit
 */
public record Reference(String name, String sha256, String battery, String configHash) {

  private static final String KEY = "reference";
  private static final JsonMapper COMPACT =
      AuditJson.mapper().rebuild().disable(SerializationFeature.INDENT_OUTPUT).build();

  static Reference of(Audit audit) {
    return new Reference(
        audit.model().name(),
        audit.model().sha256(),
        audit.battery(),
        audit.provenance().configHash());
  }

  /** Returns the reference of an audit; empty where it has none. */
  public static Optional<Reference> in(Audit audit) {
    return audit.rows().stream()
        .filter(ReferenceScores::isOne)
        .map(row -> read(row).path(KEY))
        .map(node -> COMPACT.treeToValue(node, Reference.class))
        .findFirst();
  }

  private static JsonNode read(ResultRow row) {
    return COMPACT.readTree(row.setting());
  }

  /** Returns canonical JSON. */
  String setting(int corruptions, String severities) {
    Map<String, Object> setting = new TreeMap<>();
    setting.put(KEY, COMPACT.convertValue(this, TreeMap.class));
    setting.put("corruptions", corruptions);
    setting.put("severities", severities);
    return COMPACT.writeValueAsString(setting);
  }

  /** Returns what readers should know of it. */
  public String sentence() {
    return String.format(
        Locale.ROOT,
        "CE is the error under a corruption, summed over severities, in parts of that of the"
            + " reference %s (weights %s, battery %s, configuration %s); relative CE compares what"
            + " corruption adds to the clean error. Below 100 %% the model is the more robust one."
            + " mCE and relative mCE are means over the corruptions of ImageNet-C that were measured.",
        name,
        sha256,
        battery,
        configHash);
  }
}
