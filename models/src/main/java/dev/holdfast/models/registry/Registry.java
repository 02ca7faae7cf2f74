package dev.holdfast.models.registry;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * The members of an extension point: the records that a sealed interface permits, in the order of
 * its {@code permits} list, each with an id from {@link JsonTypeName}.
 */
public final class Registry {

  private Registry() {}

  /** Returns the id of an extension, such as {@code pgd}. */
  public static String id(Class<?> extension) {
    return extension.getAnnotation(JsonTypeName.class).value();
  }

  /** Returns the ids that an extension point knows. */
  public static List<String> ids(Class<?> point) {
    return Arrays.stream(point.getPermittedSubclasses()).map(Registry::id).toList();
  }

  /** Returns one member of each kind, every parameter at its default. */
  public static <T> List<T> defaults(Class<T> point) {
    return Arrays.stream(point.getPermittedSubclasses())
        .map(type -> point.cast(withDefaults(type)))
        .toList();
  }

  /**
   * Returns the member with that id, every parameter at its default.
   *
   * @param key what the id is called where the user wrote it, such as {@code attack}
   * @throws InputException if nothing has that id; the nearest one is suggested
   */
  public static <T> T of(Class<T> point, String key, String id, String owner) {
    return Arrays.stream(point.getPermittedSubclasses())
        .filter(type -> id(type).equals(id))
        .findFirst()
        .map(type -> point.cast(withDefaults(type)))
        .orElseThrow(() -> InputException.unknown(key, id, owner, ids(point)));
  }

  /** Null stands for "default": the compact constructors put the values in. */
  private static Object withDefaults(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(new Object[components.length]);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " must have a default for every parameter", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " must be a record", e);
    }
  }
}
