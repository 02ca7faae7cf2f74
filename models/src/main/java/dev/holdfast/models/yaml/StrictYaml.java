package dev.holdfast.models.yaml;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.type.LogicalType;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Reads YAML into records. Keys are the record components in snake_case; a sealed interface is
 * chosen by its {@code type} key. Unknown keys, duplicate keys, unknown types and values of the
 * wrong kind are reported with file and line, and the nearest known word is suggested.
 */
public final class StrictYaml {

  private static final String TYPE = "type";

  /** In bytes: as many as the parser takes, which asks too late and takes quadratic time. */
  private static final int LARGEST_FILE = 3 << 20;

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          // 2.5 steps are a mistake, not 2 steps; and 1 is not a way to write true.
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .withCoercionConfig(
              LogicalType.Boolean,
              c -> c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
          // Types as a key that can be read again, not as a YAML tag.
          .disable(YAMLWriteFeature.USE_NATIVE_TYPE_ID)
          .build();

  private StrictYaml() {}

  /**
   * Reads a file.
   *
   * @throws InputException if the file cannot be read or does not fit the record
   */
  public static <T> T read(Path file, Class<T> type) {
    String text;
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw InputException.of(
            "size",
            Files.size(file) + " bytes",
            "the file " + file,
            "be at most %d bytes".formatted(LARGEST_FILE),
            "it is no file of Holdfast");
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new InputException(
          "The file (%s) must exist.%nMaybe its name is misspelt, or it is relative to another folder."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new InputException(
          (Files.isDirectory(file)
                  ? "The file (%s) must be YAML, and is a folder.%nMaybe a file in it is meant."
                  : "The file (%s) must be readable text.%nMaybe it is of another kind, or protected.")
              .formatted(file),
          e);
    }
    return parse(text, file.getFileName().toString(), type);
  }

  /**
   * Reads a text.
   *
   * @param owner what to call the text in messages, such as a file name
   * @throws InputException if the text does not fit the record
   */
  public static <T> T parse(String text, String owner, Class<T> type) {
    return parse(text, new Owner(owner, true), type);
  }

  /** What messages call a text, and whether its lines mean anything to its author. */
  private record Owner(String name, boolean lines) {}

  private static <T> T parse(String text, Owner owner, Class<T> type) {
    Node root;
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(owner.name()).build();
      root = new Compose(settings).composeString(text).orElseThrow(() -> empty(owner));
    } catch (StackOverflowError e) {
      throw new InputException(
          "The file (%s) must not nest lists and mappings thousands deep.%nMaybe it is no file of Holdfast."
              .formatted(owner.name()),
          e);
    } catch (YamlEngineException e) {
      throw new InputException(
          "The file (%s) must be YAML.%nMaybe look here: %s"
              .formatted(owner.name(), e.getMessage()),
          e);
    }
    check(root, type, owner);
    T value;
    try {
      value = MAPPER.readValue(text, type);
    } catch (JacksonException e) {
      throw explain(e, root, owner);
    }
    if (value == null) {
      throw empty(owner);
    }
    return value;
  }

  /**
   * Binds values that were already read, such as {@code type=pgd,steps=10} of a command line.
   *
   * @param owner what to call the values in messages
   * @throws InputException if the values do not fit the record
   */
  public static <T> T bind(Map<String, ?> values, String owner, Class<T> type) {
    return parse(MAPPER.writeValueAsString(values), new Owner(owner, false), type);
  }

  /** Returns a record as plain maps, lists and values, keys in the order of its components. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> toMap(Object value) {
    return MAPPER.convertValue(value, Map.class);
  }

  /** Returns a record as YAML. */
  public static String write(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  private static InputException empty(Owner owner) {
    return new InputException(
        "The file (%s) must not be empty.%nMaybe start it with \"schema: 1\"."
            .formatted(owner.name()));
  }

  private static InputException explain(JacksonException e, Node root, Owner owner) {
    String where = place(owner, line(e, root));
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof InputException input) {
        String culprit = place(owner, line(culprit(node(e, root), input)));
        return new InputException(culprit + ": " + input.getMessage(), e);
      }
    }
    List<JacksonException.Reference> path = e.getPath();
    String key = path.isEmpty() ? null : path.get(path.size() - 1).getPropertyName();
    if (key != null && e instanceof MismatchedInputException mismatch) {
      List<String> words = words(mismatch.getTargetType());
      if (!words.isEmpty()) {
        return InputException.unknown(key, shown(node(e, root)), where, words);
      }
      Optional<Wanted> wanted = wanted(mismatch);
      if (wanted.isPresent()) {
        String given = shown(node(e, root));
        return InputException.of(
            key, given, where, "be " + wanted.get().kind(), "write " + wanted.get().example());
      }
    }
    if (key != null && e instanceof InputCoercionException) {
      return InputException.of(
          key, shown(node(e, root)), where, "be closer to 0", "a digit is too much");
    }
    String what = key == null ? "The text" : "The key (" + key + ")";
    String detail =
        e.getOriginalMessage()
            .lines()
            .findFirst()
            .orElse("")
            .replaceAll("`?[a-z.]+\\.(\\w+)`?", "$1");
    return new InputException(
        "%s of %s must have a value of the right kind.%nMaybe this helps: %s."
            .formatted(what, where, detail),
        e);
  }

  /** Returns the words for the constants of an enum; none for another type. */
  private static List<String> words(Class<?> type) {
    return type == null || !type.isEnum()
        ? List.of()
        : Arrays.stream(type.getEnumConstants())
            .map(constant -> MAPPER.convertValue(constant, String.class))
            .toList();
  }

  /** A kind of value, and how it is written. */
  private record Wanted(String kind, String example) {}

  private static Optional<Wanted> wanted(MismatchedInputException e) {
    Class<?> type = e.getTargetType();
    if (e instanceof InvalidTypeIdException id) {
      return id.getTypeId() == null
          ? Optional.of(new Wanted("a mapping with a type", "{type: name}"))
          : Optional.empty();
    }
    if (type == Integer.class || type == Long.class) {
      return Optional.of(new Wanted("a whole number", "digits alone"));
    }
    if (type == Double.class) {
      return Optional.of(new Wanted("a number", "it with a point, such as 0.5"));
    }
    if (type == Boolean.class) {
      return Optional.of(new Wanted("true or false", "one of the two"));
    }
    if (type == String.class) {
      return Optional.of(new Wanted("text", "it in quotes"));
    }
    if (type != null && Collection.class.isAssignableFrom(type)) {
      return Optional.of(new Wanted("a list", "it as [one, another]"));
    }
    return type != null && (type.isRecord() || type.isSealed() || Map.class.isAssignableFrom(type))
        ? Optional.of(new Wanted("a mapping of keys to values", "it as {key: value}"))
        : Optional.empty();
  }

  private static String shown(Node node) {
    return node instanceof ScalarNode scalar
        ? scalar.getValue()
        : node instanceof SequenceNode ? "a list" : "a mapping";
  }

  /**
   * Returns the line where the value that was refused begins. The parser itself stands behind a
   * record when its values are refused, so the way to the value is gone again from the top.
   */
  private static int line(JacksonException e, Node root) {
    return line(node(e, root));
  }

  private static Node node(JacksonException e, Node root) {
    Node node = root;
    for (JacksonException.Reference step : e.getPath()) {
      Optional<Node> next = child(node, step);
      if (next.isEmpty()) {
        break;
      }
      node = next.get();
    }
    return node;
  }

  /**
   * A record refuses its values when all of them are there: what it refused is looked for under the
   * key that it names, which in a list is that of the list ({@code epsilons} for an epsilon).
   */
  private static Node culprit(Node record, InputException e) {
    List<String> keys = List.of(e.key(), e.key() + "s", e.key().replaceFirst("y$", "ie") + "s");
    if (!(record instanceof MappingNode mapping)) {
      return record;
    }
    return mapping.getValue().stream()
        .filter(tuple -> keys.contains(key(tuple)))
        .map(NodeTuple::getValueNode)
        .findFirst()
        .map(values -> item(values, e.value()))
        .orElse(record);
  }

  private static Node item(Node values, String value) {
    return values instanceof SequenceNode sequence
        ? sequence.getValue().stream()
            .filter(n -> n instanceof ScalarNode scalar && scalar.getValue().equals(value))
            .findFirst()
            .orElse(values)
        : values;
  }

  private static Optional<Node> child(Node node, JacksonException.Reference step) {
    if (node instanceof SequenceNode sequence && step.getIndex() >= 0) {
      return sequence.getValue().stream().skip(step.getIndex()).findFirst();
    }
    if (node instanceof MappingNode mapping && step.getPropertyName() != null) {
      return mapping.getValue().stream()
          .filter(t -> key(t).equals(step.getPropertyName()))
          .map(NodeTuple::getValueNode)
          .findFirst();
    }
    return Optional.empty();
  }

  private static String place(Owner owner, int line) {
    return line > 0 && owner.lines() ? owner.name() + ", line " + line : owner.name();
  }

  private static void check(Node node, Type expected, Owner owner) {
    if (expected instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (node instanceof SequenceNode sequence) {
        sequence.getValue().forEach(n -> filled(n, owner));
        sequence.getValue().forEach(n -> check(n, arguments[0], owner));
      } else if (node instanceof MappingNode mapping && arguments.length == 2) {
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
          once(tuple, seen, owner);
          check(tuple.getValueNode(), arguments[1], owner);
        }
      }
    } else if (expected instanceof Class<?> type && node instanceof MappingNode mapping) {
      if (isChoice(type)) {
        check(mapping, permitted(mapping, type, owner), owner, true);
      } else if (type.isRecord()) {
        check(mapping, type, owner, false);
      }
    } else if (expected instanceof Class<?> type
        && (isChoice(type) || type.isRecord())
        && !(node instanceof ScalarNode)) {
      throw new InputException(
          "The value of %s must be a mapping of keys to values.%nMaybe write it as {key: value}."
              .formatted(place(owner, line(node))));
    }
  }

  /**
   * Tells whether the key {@code type} chooses; an enum whose constants have bodies is sealed, too.
   */
  private static boolean isChoice(Class<?> type) {
    return type.isSealed() && !type.isEnum();
  }

  private static void filled(Node node, Owner owner) {
    if (node.getTag().equals(Tag.NULL)) {
      throw InputException.of(
          "item",
          "empty",
          "the list in " + place(owner, line(node)),
          "have a value",
          "a comma or a dash is left over");
    }
  }

  private static void check(MappingNode mapping, Class<?> type, Owner owner, boolean typed) {
    List<String> known = new ArrayList<>();
    if (typed) {
      known.add(TYPE);
    }
    RecordComponent[] components = type.getRecordComponents();
    Arrays.stream(components).map(c -> snakeCase(c.getName())).forEach(known::add);
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = key(tuple);
      if (!known.contains(key)) {
        throw InputException.unknown("key", key, place(owner, line(tuple.getKeyNode())), known);
      }
      once(tuple, seen, owner);
      if (!typed || !key.equals(TYPE)) {
        RecordComponent component = components[known.indexOf(key) - (typed ? 1 : 0)];
        check(tuple.getValueNode(), component.getGenericType(), owner);
      }
    }
  }

  private static String key(NodeTuple tuple) {
    return tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
  }

  private static void once(NodeTuple tuple, Set<String> seen, Owner owner) {
    if (!seen.add(key(tuple))) {
      throw InputException.of(
          "key",
          key(tuple),
          place(owner, line(tuple.getKeyNode())),
          "be given once",
          "delete one of the two lines");
    }
  }

  private static Class<?> permitted(MappingNode mapping, Class<?> sealed, Owner owner) {
    List<String> ids = new ArrayList<>();
    Optional<ScalarNode> chosen =
        mapping.getValue().stream()
            .filter(t -> t.getKeyNode() instanceof ScalarNode s && s.getValue().equals(TYPE))
            .map(NodeTuple::getValueNode)
            .filter(ScalarNode.class::isInstance)
            .map(ScalarNode.class::cast)
            .findFirst();
    for (Class<?> candidate : sealed.getPermittedSubclasses()) {
      String id = candidate.getAnnotation(JsonTypeName.class).value();
      ids.add(id);
      if (chosen.isPresent() && chosen.get().getValue().equals(id)) {
        return candidate;
      }
    }
    if (chosen.isEmpty()) {
      throw InputException.of(
          "key",
          TYPE,
          place(owner, line(mapping)),
          "be given",
          "add one of type: " + String.join(", ", ids));
    }
    throw InputException.unknown(
        TYPE, chosen.get().getValue(), place(owner, line(chosen.get())), ids);
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).map(l -> l + 1).orElse(-1);
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
