package dev.holdfast.reports.reference;

import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
public record ReferenceModel(String name, String sha256, String battery, String configHash) {

  /** Corruption error. */
  public static final String CE = "ce";

  /** Corruption error beyond the clean one. */
  public static final String RELATIVE_CE = "relative-ce";

  /** Mean of the former over corruptions. */
  public static final String MCE = "mce";

  /** Mean of the latter over corruptions. */
  public static final String RELATIVE_MCE = "relative-mce";

  /** Ends the names of those that take MAP@R for recall@1. */
  public static final String OF_MAP_AT_R = "-map-at-r";

  private static final Set<String> SCORES =
      Stream.of(CE, RELATIVE_CE, MCE, RELATIVE_MCE)
          .flatMap(name -> Stream.of(name, name + OF_MAP_AT_R))
          .collect(Collectors.toUnmodifiableSet());

  private static final String KEY = "reference";
  private static final JsonMapper COMPACT =
      AuditJson.mapper().rebuild().disable(SerializationFeature.INDENT_OUTPUT).build();

  /** Returns the model of an audit as a reference. */
  public static ReferenceModel of(Audit audit) {
    return new ReferenceModel(
        audit.model().name(),
        audit.model().sha256(),
        audit.battery(),
        audit.provenance().configHash());
  }

  /** Tells whether a row is a score against a reference. */
  public static boolean isScore(ResultRow row) {
    return row.kind() == Kind.AGGREGATE && SCORES.contains(row.metric());
  }

  /** Returns the reference of an audit; empty where it has none. */
  public static Optional<ReferenceModel> in(Audit audit) {
    return audit.rows().stream()
        .filter(ReferenceModel::isScore)
        .map(row -> read(row).path(KEY))
        .map(node -> COMPACT.treeToValue(node, ReferenceModel.class))
        .findFirst();
  }

  private static JsonNode read(ResultRow row) {
    return COMPACT.readTree(row.setting());
  }

  /** Returns canonical JSON. */
  public String setting(int corruptions, String severities) {
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
            + " corruption adds to the clean error. Below 100 %% the model is the more robust one; where the reference"
            + " loses almost nothing, a relative error is large for no reason, and has no interval."
            + " mCE and relative mCE are means over the corruptions of ImageNet-C that were measured.",
        name,
        sha256,
        battery,
        configHash);
  }
}
