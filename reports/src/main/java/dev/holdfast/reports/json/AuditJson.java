package dev.holdfast.reports.json;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Example;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Audits as JSON: keys in the order of the record components, maps sorted, two spaces of
 * indentation, {@code \n} at the end of each line, the same bytes for the same audit. A number that
 * is not finite is {@code null}, which reads back as NaN. Reading is strict: unknown, missing and
 * duplicate keys, numbers as texts and trailing text are errors.
 */
public final class AuditJson {

  private static final JsonMapper MAPPER = mapper();
  private static final JsonMapper UNKNOWN_KEYS =
      MAPPER.rebuild().disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES).build();

  private AuditJson() {}

  /** Returns the mapper that binds the result records, for files of the same style. */
  public static JsonMapper mapper() {
    Separators separators =
        Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(separators)
            .withObjectIndenter(indenter)
            .withArrayIndenter(indenter);
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The shortest text that reads back as the same double, on every Java version.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    return JsonMapper.builder(factory)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .enable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .defaultPrettyPrinter(printer)
        .addModule(
            new SimpleModule("finite-numbers")
                .addSerializer(double.class, new DoubleWriter())
                .addSerializer(Double.class, new DoubleWriter())
                .addDeserializer(double.class, new DoubleReader(Double.NaN))
                .addDeserializer(Double.class, new DoubleReader(null)))
        .build();
  }

  /** Returns the text of {@code audit.json}. */
  public static String write(Audit audit) {
    return MAPPER.writeValueAsString(audit) + "\n";
  }

  /** Returns the text of {@code evidence/shown/index.json}. */
  public static String writeShown(List<Example> shown) {
    return MAPPER.writeValueAsString(shown) + "\n";
  }

  /**
   * Reads an audit.
   *
   * @param text what the file holds
   * @param file name of the file, for messages
   * @throws InputException if it is not a whole audit of this schema version
   */
  public static Audit read(String text, String file) {
    JsonNode tree = tree(text, file);
    JsonNode version = tree.path("schema_version");
    if (!version.isInt() || version.intValue() != Audit.SCHEMA_VERSION) {
      throw InputException.of(
          "schema_version",
          version.isMissingNode() ? "missing" : version,
          file,
          "be " + Audit.SCHEMA_VERSION,
          "the file is not an audit.json, or comes from another version of Holdfast");
    }
    return bind(tree, new TypeReference<Audit>() {}, file);
  }

  /**
   * Reads the index of the shown queries.
   *
   * @param text what the file holds
   * @param file name of the file, for messages
   * @throws InputException if it is not such an index
   */
  public static List<Example> readShown(String text, String file) {
    return bind(tree(text, file), new TypeReference<List<Example>>() {}, file);
  }

  private static JsonNode tree(String text, String file) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "The file %s is not valid JSON (line %d, column %d): %s%nMaybe it is truncated.",
              file,
              e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
              e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
              firstLine(e)),
          e);
    }
  }

  private static <T> T bind(JsonNode tree, TypeReference<T> type, String file) {
    try {
      // A misspelt key is unknown and missing; the former explains it better.
      UNKNOWN_KEYS.treeToValue(tree, type);
    } catch (UnrecognizedPropertyException e) {
      throw InputException.unknown(
          "key " + place(e),
          e.getPropertyName(),
          file,
          e.getKnownPropertyIds().stream().map(Object::toString).sorted().toList());
    } catch (JacksonException e) {
      // Told below.
    }
    try {
      T bound = MAPPER.treeToValue(tree, type);
      if (bound == null) {
        throw new InputException("The file " + file + " holds nothing.");
      }
      return bound;
    } catch (JacksonException e) {
      throw new InputException(
          String.format(
              Locale.ROOT, "The file %s is not acceptable at %s: %s", file, place(e), firstLine(e)),
          e);
    }
  }

  /** Returns where the problem is, such as {@code rows[3].value}. */
  private static String place(JacksonException e) {
    StringBuilder place = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() == null) {
        place.append('[').append(step.getIndex()).append(']');
      } else {
        place.append(place.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return place.isEmpty() ? "the top level" : place.toString();
  }

  private static String firstLine(JacksonException e) {
    return String.valueOf(e.getOriginalMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replace("creator property", "key")
        .replaceAll("; `DeserializationFeature.*", "");
  }

  private static final class DoubleWriter extends ValueSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator json, SerializationContext context) {
      if (Double.isFinite(value)) {
        json.writeNumber(value.doubleValue());
      } else {
        json.writeNull();
      }
    }
  }

  private static final class DoubleReader extends ValueDeserializer<Double> {
    private final Double forNull;

    DoubleReader(Double forNull) {
      this.forNull = forNull;
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) {
      JsonToken token = json.currentToken();
      if (token != null && token.isNumeric()) {
        return json.getDoubleValue();
      }
      return (Double) context.handleUnexpectedToken(Double.class, json);
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return forNull;
    }
  }
}
