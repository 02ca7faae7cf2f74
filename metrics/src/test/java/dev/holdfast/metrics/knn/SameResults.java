package dev.holdfast.metrics.knn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.QueryResult;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Compares what two searches found, every component of every result. AssertJ's recursive comparison
 * does the same, in more time than the searches take.
 *
 * @param tolerance absolute and relative, of distances; 0 is bit for bit. NaN equals NaN
 * @param ignored names of components that may differ
 */
record SameResults(double tolerance, Set<String> ignored) {

  /** Bit for bit. */
  static final SameResults EXACT = new SameResults(0, Set.of());

  /** Sums in another order differ in their last digits. */
  static final SameResults TOLERANT = new SameResults(1e-13, Set.of());

  SameResults ignoring(String... components) {
    return new SameResults(tolerance, Set.of(components));
  }

  void check(List<QueryResult> actual, List<QueryResult> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      check(actual.get(i), expected.get(i));
    }
  }

  void check(QueryResult actual, QueryResult expected) {
    for (RecordComponent component : QueryResult.class.getRecordComponents()) {
      Object a = value(actual, component);
      Object b = value(expected, component);
      if (!ignored.contains(component.getName()) && !same(a, b)) {
        assertThat(a).as("%s of query %d", component.getName(), expected.id()).isEqualTo(b);
        // Where only bits differ that AssertJ does not see.
        throw new AssertionError(component.getName() + " of query " + expected.id());
      }
    }
  }

  private static Object value(QueryResult result, RecordComponent component) {
    try {
      return component.getAccessor().invoke(result);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private boolean same(Object a, Object b) {
    if (a instanceof Double one && b instanceof Double other) {
      return close(one, other);
    }
    if (a instanceof double[] as && b instanceof double[] bs) {
      return tolerance == 0
          ? Arrays.equals(as, bs)
          : as.length == bs.length
              && IntStream.range(0, as.length).allMatch(i -> close(as[i], bs[i]));
    }
    return Objects.deepEquals(a, b);
  }

  private boolean close(double a, double b) {
    return Double.compare(a, b) == 0
        || (tolerance > 0
            && Math.abs(a - b) <= tolerance * (1 + Math.max(Math.abs(a), Math.abs(b))));
  }
}
