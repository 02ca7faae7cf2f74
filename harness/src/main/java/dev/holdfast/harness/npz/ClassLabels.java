package dev.holdfast.harness.npz;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes of stored items: the array {@code labels}, and {@code class_names}, which says what
 * its numbers mean: label {@code i} is the class of name {@code i}. Labels may be names themselves.
 *
 * @param numbers one per item
 * @param names null where the file has none: what a number means outside of it is then unknown
 */
@SuppressWarnings("ArrayRecordComponent")
public record ClassLabels(long[] numbers, List<String> names) {

  /** The array of the classes of items. */
  public static final String LABELS = "labels";

  /** The array that says what labels mean. */
  public static final String CLASS_NAMES = "class_names";

  /**
   * Reads the classes of a file that has the array {@code labels}.
   *
   * @param arrays of the file
   * @param rows number of items
   * @param item what messages call an item
   * @throws InputException if labels are neither numbers nor names, or the names do not fit them
   */
  public static ClassLabels read(Map<String, NpyArray> arrays, int rows, String item, Path path) {
    NpyArray labels = arrays.get(LABELS);
    if (labels.floats() != null || labels.size() != rows) {
      throw InputException.of(
          "array " + LABELS,
          labels.describe(),
          path.toString(),
          "be " + rows + " integers, one per " + item + ", or names of classes",
          labels.size() == rows
              ? "save x.astype(numpy.int64)"
              : "they are those of other " + item + "s");
    }
    NpyArray given = arrays.get(CLASS_NAMES);
    if (labels.texts() != null) {
      refuseBeside(given, path);
      List<String> names = Arrays.stream(labels.texts()).distinct().sorted().toList();
      return new ClassLabels(numbers(labels.texts(), names), names);
    }
    return given == null
        ? new ClassLabels(labels.longs(), null)
        : new ClassLabels(inside(labels.longs(), given, path), names(given, path));
  }

  private static void refuseBeside(NpyArray given, Path path) {
    if (given != null) {
      throw InputException.of(
          CLASS_NAMES,
          given.describe(),
          path.toString(),
          "be left out, since labels are names themselves",
          "labels were meant to be integers from 0");
    }
  }

  private static List<String> names(NpyArray given, Path path) {
    if (given.texts() == null || given.shape().length != 1) {
      throw InputException.of(
          CLASS_NAMES,
          given.describe(),
          path.toString(),
          "be texts, one for each class",
          "save numpy.array([\"cat\", \"dog\"]), where 0 is a cat and 1 a dog");
    }
    Set<String> seen = new HashSet<>();
    List<String> twice =
        Arrays.stream(given.texts()).filter(name -> !seen.add(name)).distinct().toList();
    if (!twice.isEmpty()) {
      throw InputException.of(
          CLASS_NAMES,
          InputException.some(twice),
          path.toString(),
          "be different from each other",
          "two classes became one: number them anew");
    }
    return List.of(given.texts());
  }

  private static long[] inside(long[] labels, NpyArray names, Path path) {
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= names.size()) {
        throw InputException.of(
            LABELS,
            labels[row] + " in row " + row,
            path.toString(),
            "be from 0 to %d, since there are %d %s"
                .formatted(names.size() - 1, names.size(), CLASS_NAMES),
            "labels and " + CLASS_NAMES + " come from different data");
      }
    }
    return labels;
  }

  private static long[] numbers(String[] texts, List<String> names) {
    Map<String, Long> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, (long) numbers.size()));
    return Arrays.stream(texts).mapToLong(numbers::get).toArray();
  }

  /** Returns the same classes with the numbers that they have in another list. */
  public ClassLabels numberedBy(List<String> others) {
    String[] texts =
        Arrays.stream(numbers).mapToObj(number -> names.get((int) number)).toArray(String[]::new);
    return new ClassLabels(numbers(texts, others), others);
  }

  /** Returns what messages call the class of a row. */
  public String name(int row) {
    return names == null ? Long.toString(numbers[row]) : names.get((int) numbers[row]);
  }
}
