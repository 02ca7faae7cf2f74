package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What {@code score} takes for the same class and the same item in two files. */
@Tag("native")
class ScoreClassesTest {

  private static final int ITEMS = 60;
  private static final int CLASSES = 12;
  private static final int DIMENSION = 8;
  private static final int QUERIES = 20;

  @TempDir private Path dir;

  /** A file to be written: null for what it lacks. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Stored(
      float[] values, long[] labels, long[] ids, List<String> names, List<String> texts) {

    Stored ids(long... others) {
      return new Stored(values, labels, others, names, texts);
    }

    Stored names(long[] numbers, String... others) {
      return new Stored(values, numbers, ids, List.of(others), null);
    }

    /** The rows in that order; ids and labels go with them. */
    Stored rows(int... rows) {
      float[] picked = new float[rows.length * DIMENSION];
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(values, rows[i] * DIMENSION, picked, i * DIMENSION, DIMENSION);
      }
      return new Stored(
          picked,
          Arrays.stream(rows).mapToLong(i -> labels[i]).toArray(),
          ids == null ? null : Arrays.stream(rows).mapToLong(i -> ids[i]).toArray(),
          names,
          null);
    }

    double squaredDistance(int row, Stored other, int otherRow) {
      double sum = 0;
      for (int d = 0; d < DIMENSION; d++) {
        double difference =
            (double) values[row * DIMENSION + d] - other.values[otherRow * DIMENSION + d];
        sum += difference * difference;
      }
      return sum;
    }
  }

  /** Classes that overlap, so that a query is far from sure to find its own. */
  private static Stored items() {
    float[] values = new float[ITEMS * DIMENSION];
    for (int row = 0; row < ITEMS; row++) {
      CounterRng item = CounterRng.of(1, "item", row);
      CounterRng center = CounterRng.of(1, "center", row % CLASSES);
      for (int d = 0; d < DIMENSION; d++) {
        values[row * DIMENSION + d] = (float) (center.nextGaussian() + 1.2 * item.nextGaussian());
      }
    }
    long[] labels = LongStream.range(0, ITEMS).map(row -> row % CLASSES).toArray();
    return new Stored(values, labels, null, null, null);
  }

  private Path write(String name, Stored stored) {
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      NpzWriter npz = new NpzWriter(out);
      npz.write("embeddings", stored.values(), stored.values().length / DIMENSION, DIMENSION);
      if (stored.texts() != null) {
        npz.write("labels", stored.texts());
      } else {
        npz.write("labels", stored.labels());
      }
      if (stored.ids() != null) {
        npz.write("ids", stored.ids());
      }
      if (stored.names() != null) {
        npz.write("class_names", stored.names());
      }
      npz.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static Cli score(Path queries, Path gallery, Object... more) {
    Object[] words = {"score", "--embeddings", queries, "--gallery", gallery, "--json", "-k", "1"};
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Cli.run(all);
  }

  private static double recall(Cli cli) {
    return new JsonMapper().readTree(cli.succeeds().out()).get("recall_at").get("1").doubleValue();
  }

  /** The share of queries whose nearest item is of their class, one by one. */
  private static double expected(Stored queries, Stored gallery, boolean withoutItself) {
    int n = queries.labels().length;
    long hits =
        IntStream.range(0, n)
            .filter(
                q ->
                    IntStream.range(0, gallery.labels().length)
                        .filter(g -> !withoutItself || queries.squaredDistance(q, gallery, g) > 0)
                        .boxed()
                        .min(
                            (a, b) ->
                                Double.compare(
                                    queries.squaredDistance(q, gallery, a),
                                    queries.squaredDistance(q, gallery, b)))
                        .filter(g -> gallery.labels()[g] == queries.labels()[q])
                        .isPresent())
            .count();
    return (double) hits / n;
  }

  private static int[] first(int count) {
    return IntStream.range(0, count).toArray();
  }

  @Test
  void a_query_in_the_gallery_is_not_compared_with_itself_where_ids_say_so() {
    Stored all = items().ids(LongStream.range(0, ITEMS).map(i -> 100 - i).toArray());
    Stored queries = all.rows(first(QUERIES));
    Cli cli = score(write("q.npz", queries), write("g.npz", all));

    double right = expected(queries, all, true);
    assertThat(right).isBetween(0.05, 0.8);
    assertThat(recall(cli)).isCloseTo(right, within(1e-12));
    assertThat(cli.err())
        .contains(
            "20 of 20 queries stand in the gallery by their ids; none is compared with itself.");
  }

  @Test
  void queries_in_the_gallery_without_ids_are_refused_with_their_number() {
    Stored all = items();
    Path gallery = write("g.npz", all);
    Path queries = write("q.npz", all.rows(first(QUERIES)));
    Path turned = write("t.npz", all.rows(IntStream.range(0, ITEMS).map(i -> 59 - i).toArray()));

    Cli cli =
        score(queries, gallery)
            .refuses(Holdfast.INPUT, "20 of the 20 queries", "save ids", "--allow-copies");
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines()).hasSize(2);
    score(turned, gallery).refuses(Holdfast.INPUT, "60 of the 60 queries", "leave --gallery out");
    // Sign codes of different items are equal all the time: what counts is the embedding.
    score(queries, gallery, "--distance", "hamming")
        .refuses(Holdfast.INPUT, "20 of the 20 queries");

    Cli allowed = score(queries, gallery, "--allow-copies");
    assertThat(recall(allowed)).isCloseTo(1, within(1e-12));
    assertThat(allowed.err())
        .contains("20 of 20 queries have an equal embedding of their class in the gallery");
  }

  /** Photographs that are there twice are in most data sets. */
  @Test
  void a_few_equal_embeddings_are_told() {
    Stored all = items();
    Stored gallery = all.rows(IntStream.range(QUERIES - 1, ITEMS).toArray());
    Stored queries = all.rows(first(QUERIES));
    Cli cli = score(write("q.npz", queries), write("g.npz", gallery));

    assertThat(recall(cli)).isCloseTo(expected(queries, gallery, false), within(1e-12));
    assertThat(cli.err()).contains("1 of 20 queries have an equal embedding of their class");
    score(write("q2.npz", queries), write("g2.npz", all.rows(IntStream.range(18, ITEMS).toArray())))
        .refuses(Holdfast.INPUT, "2 of the 20 queries");
  }

  @Test
  void an_embedding_that_other_classes_have_as_well_is_a_tie_and_no_copy() {
    Stored all = items();
    Arrays.fill(all.values(), 1);
    double recall = recall(score(write("q.npz", all.rows(0, 1, 2)), write("g.npz", all)));

    assertThat(recall).as("ties count against the model").isZero();
  }

  @Test
  void copies_under_other_ids_are_told() {
    Stored all = items().ids(LongStream.range(0, ITEMS).toArray());
    Stored queries = all.rows(first(QUERIES));
    Cli cli =
        score(
            write("q.npz", queries.ids(LongStream.range(200, 200 + QUERIES).toArray())),
            write("g.npz", all));

    assertThat(recall(cli)).isCloseTo(1, within(1e-12));
    assertThat(cli.err())
        .contains("20 of 20 queries have an equal embedding of their class")
        .contains("counts as another item")
        .doesNotContain("by their ids");
  }

  @Test
  void ids_on_one_side_alone_and_ids_of_other_items_are_refused() {
    Stored all = items();
    long[] numbers = LongStream.range(0, ITEMS).toArray();
    Path bare = write("bare.npz", all.rows(first(QUERIES)));
    Path named = write("named.npz", all.ids(numbers));
    score(bare, named).refuses(Holdfast.INPUT, "array (ids) of " + bare, "other file has it");
    score(named, bare).refuses(Holdfast.INPUT, "array (ids) of " + bare, "other file has it");

    // Numbered from 0 in both files: 0 is another item here than there.
    Path others =
        write(
            "others.npz",
            all.rows(5, 6, 7).ids(0, 1, 2).names(new long[] {0, 1, 2}, "f", "g", "h"));
    String[] letters =
        IntStream.range(0, CLASSES).mapToObj(c -> "" + (char) ('a' + c)).toArray(String[]::new);
    Path gallery = write("lettered.npz", all.ids(numbers).names(all.labels(), letters));
    score(others, gallery)
        .refuses(Holdfast.INPUT, "0 is of class f, and of class a in " + gallery, "leave ids out");
  }

  @Test
  void classes_of_two_files_are_compared_by_name() {
    Stored all = items();
    String[] letters =
        IntStream.range(0, CLASSES).mapToObj(c -> "" + (char) ('a' + c)).toArray(String[]::new);
    Stored queries = all.rows(first(QUERIES));
    // Some classes have no query, so that theirs are numbered in another way.
    int[] rows =
        IntStream.range(0, QUERIES).filter(i -> i % CLASSES != 1 && i % CLASSES != 4).toArray();
    Stored fewer = queries.rows(rows);
    String[] fewerLetters =
        IntStream.range(0, CLASSES)
            .filter(c -> c != 1 && c != 4)
            .mapToObj(c -> letters[c])
            .toArray(String[]::new);
    long[] own =
        Arrays.stream(fewer.labels())
            .map(l -> List.of(fewerLetters).indexOf(letters[(int) l]))
            .toArray();
    Stored rest = all.rows(IntStream.range(QUERIES, ITEMS).toArray());
    double right = expected(fewer, rest, false);
    Path gallery = write("g.npz", rest.names(rest.labels(), letters));
    Path numbered = write("q.npz", fewer.names(own, fewerLetters));

    assertThat(right).isBetween(0.05, 0.95);
    Cli byName = score(numbered, gallery);
    assertThat(recall(byName)).isCloseTo(right, within(1e-12));
    assertThat(byName.err()).doesNotContain("by their numbers");
    List<String> texts = Arrays.stream(fewer.labels()).mapToObj(l -> letters[(int) l]).toList();
    Path named = write("texts.npz", new Stored(fewer.values(), fewer.labels(), null, null, texts));
    assertThat(recall(score(named, gallery))).isCloseTo(right, within(1e-12));

    // Without names there are numbers alone, and whoever compares them is told.
    Path numbers = write("numbers.npz", new Stored(fewer.values(), own, null, null, null));
    Cli byNumber = score(numbers, write("bare.npz", rest));
    assertThat(recall(byNumber)).isNotCloseTo(right, within(1e-3));
    assertThat(byNumber.err()).contains("compared by their numbers").contains("class_names");
    score(numbers, gallery)
        .refuses(
            Holdfast.INPUT, "array (class_names) of " + numbers, "need not mean the same class");
    score(numbered, write("bare2.npz", rest)).refuses(Holdfast.INPUT, "bare2.npz");
  }

  @Test
  void names_that_do_not_fit_are_refused() {
    Stored all = items();
    Path few = write("few.npz", all.names(all.labels(), "a", "b"));
    Cli.run("score", "--embeddings", few)
        .refuses(Holdfast.INPUT, "labels (2 in row 2)", "from 0 to 1", "2 class_names");
    String[] twice = new String[CLASSES];
    Arrays.fill(twice, "same");
    Cli.run("score", "--embeddings", write("twice.npz", all.names(all.labels(), twice)))
        .refuses(Holdfast.INPUT, "class_names (same)", "different from each other");
    String[] letters =
        IntStream.range(0, CLASSES).mapToObj(c -> "" + (char) ('a' + c)).toArray(String[]::new);
    String[] others =
        IntStream.range(0, CLASSES).mapToObj(c -> "" + (char) ('n' + c)).toArray(String[]::new);
    score(
            write("l.npz", all.rows(0, 1).names(new long[] {0, 1}, letters)),
            write("o.npz", all.rows(2, 3).names(new long[] {0, 1}, others)))
        .refuses(Holdfast.INPUT, "no query has a relevant item", "no class in common");
  }
}
