package dev.holdfast.attacks.corruption;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** One instance of every permitted corruption, so that {@code permits} is the only list of them. */
final class CorruptionRegistry {

  static final List<Corruption> ALL =
      Arrays.stream(Corruption.class.getPermittedSubclasses())
          .map(CorruptionRegistry::create)
          .sorted(Comparator.comparing(Corruption::family).thenComparing(Corruption::id))
          .toList();

  private CorruptionRegistry() {}

  private static Corruption create(Class<?> type) {
    try {
      return (Corruption) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + " must be a record without components", e);
    }
  }
}
