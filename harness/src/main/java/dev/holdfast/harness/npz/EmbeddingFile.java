package dev.holdfast.harness.npz;

import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Stored embeddings: the arrays {@code embeddings} (N x D numbers) and {@code labels} (N integers)
 * of a {@code .npz} file and, where they are there, {@code ids}, {@code groups} and {@code
 * clusters} (N integers each), and {@code class_names}: label {@code i} is the class of that name.
 * Labels may be names themselves.
 *
 * @param path of the file
 * @param set what it holds; where the file has no ids, they are the numbers of the rows
 * @param named whether the file has ids
 * @param clusters null where the file has none
 * @param classNames null where the file has none: what a label means outside of it is then unknown
 */
@SuppressWarnings("ArrayRecordComponent")
public record EmbeddingFile(
    Path path, EmbeddingSet set, boolean named, long[] clusters, List<String> classNames) {

  /**
   * Reads a file and checks it.
   *
   * @throws InputException if the file or one of its arrays cannot be used; the message names the
   *     file and, where it is about one, the row, counted from 0
   */
  public static EmbeddingFile read(Path path) {
    Map<String, NpyArray> arrays = NpzReader.read(path);
    NpyArray values = array(arrays, "embeddings", "numpy.float32", path);
    if (values.floats() == null || values.shape().length != 2 || values.shape()[1] == 0) {
      throw InputException.of(
          "embeddings",
          values.describe(),
          path.toString(),
          "be N x D floating-point numbers",
          "save x.astype(numpy.float32)");
    }
    int rows = values.shape()[0];
    int dimension = values.shape()[1];
    if (rows == 0) {
      throw InputException.of(
          "embeddings",
          values.describe(),
          path.toString(),
          "have at least one row",
          "nothing passed the filter that chose them");
    }
    for (int i = 0; i < values.size(); i++) {
      if (!Float.isFinite(values.floats()[i])) {
        throw InputException.of(
            "embeddings",
            "row " + i / dimension + " holds " + values.floats()[i],
            path.toString(),
            "be finite float32 numbers",
            "leave that row out");
      }
    }
    array(arrays, ClassLabels.LABELS, "numpy.int64", path);
    ClassLabels classes = ClassLabels.read(arrays, rows, "embedding", path);
    long[] ids = optional(arrays, "ids", rows, path);
    refuseEqual(ids, path);
    return new EmbeddingFile(
        path,
        new EmbeddingSet(
            values.floats(),
            dimension,
            ids == null ? LongStream.range(0, rows).toArray() : ids,
            classes.numbers(),
            optional(arrays, "groups", rows, path)),
        ids != null,
        optional(arrays, "clusters", rows, path),
        classes.names());
  }

  /** Returns the same with labels that number the classes of a list. */
  public EmbeddingFile numberedBy(List<String> names) {
    ClassLabels numbered = new ClassLabels(set.labels(), classNames).numberedBy(names);
    EmbeddingSet other =
        new EmbeddingSet(
            set.values(), set.dimension(), set.ids(), numbered.numbers(), set.groups());
    return new EmbeddingFile(path, other, named, clusters, names);
  }

  /** Returns what messages call the class of a row. */
  public String className(int row) {
    return new ClassLabels(set.labels(), classNames).name(row);
  }

  private static NpyArray array(Map<String, NpyArray> arrays, String name, String type, Path path) {
    NpyArray array = arrays.get(name);
    if (array == null) {
      throw InputException.of(
          "array",
          name,
          path.toString(),
          "be there as float32, float64 or integers: the file has such numbers in "
              + arrays.keySet(),
          "save it with numpy.savez(file, " + name + "=x.astype(" + type + "))");
    }
    return array;
  }

  private static long[] optional(Map<String, NpyArray> arrays, String name, int rows, Path path) {
    return arrays.containsKey(name) ? longs(arrays.get(name), name, rows, path) : null;
  }

  private static long[] longs(NpyArray array, String name, int rows, Path path) {
    if (array.longs() == null || array.size() != rows) {
      throw InputException.of(
          name,
          array.describe(),
          path.toString(),
          "be " + rows + " integers, one per embedding",
          "save x.astype(numpy.int64)");
    }
    return array.longs();
  }

  private static void refuseEqual(long[] ids, Path path) {
    Map<Long, Integer> rows = new HashMap<>();
    for (int row = 0; ids != null && row < ids.length; row++) {
      Integer other = rows.put(ids[row], row);
      if (other != null) {
        throw InputException.of(
            "ids",
            ids[row] + " in row " + other + " and row " + row,
            path.toString(),
            "be different from each other",
            "leave the array out");
      }
    }
  }

  /** Returns the same with the numbers of the rows as ids, from a first one on. */
  public EmbeddingFile numbered(long first) {
    long[] ids = LongStream.range(first, first + set.size()).toArray();
    EmbeddingSet other =
        new EmbeddingSet(set.values(), set.dimension(), ids, set.labels(), set.groups());
    return new EmbeddingFile(path, other, false, clusters, classNames);
  }

  /** Whether all embeddings are equal, and more than one. */
  public boolean isOnePoint() {
    float[] values = set.values();
    int dimension = set.dimension();
    return set.size() > 1
        && Arrays.equals(values, 0, values.length - dimension, values, dimension, values.length);
  }

  /** Returns the same with sign codes instead of the embeddings. */
  public EmbeddingFile signCodes() {
    return new EmbeddingFile(path, set.signCodes(), named, clusters, classNames);
  }

  /**
   * @throws InputException if an embedding has no direction
   */
  public void refuseZeroVectors() {
    for (int row = 0; row < set.size(); row++) {
      int start = row * set.dimension();
      float[] values = set.values();
      boolean zero = true;
      for (int i = start; zero && i < start + set.dimension(); i++) {
        zero = values[i] == 0;
      }
      if (zero) {
        throw InputException.of(
            "embeddings",
            "row " + row + " is the zero vector",
            path.toString(),
            "have a direction under the distance cosine",
            "leave that row out, or use --distance euclidean");
      }
    }
  }

  /**
   * @throws InputException if all items are of one class
   */
  public void refuseOneClass() {
    if (Arrays.stream(set.labels()).distinct().count() < 2) {
      throw InputException.of(
          "labels",
          "all " + className(0),
          path.toString(),
          "be of at least two classes, since retrieval tells classes apart",
          "the labels were saved before they were set");
    }
  }
}
