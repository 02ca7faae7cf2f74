package dev.holdfast.harness.cli;

import ai.djl.ndarray.NDManager;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.MapAtR;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RecallAtK;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.metrics.stats.Estimate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Metrics of stored embeddings. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Measure stored embeddings. Without --gallery every item is a query against all others.",
      "Queries without a relevant item are left out and counted; ties count against the model."
    })
final class ScoreCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "FILE.npz",
      description = "Arrays embeddings (N x D), labels (N) and, optionally, ids (N).")
  private Path embeddings;

  @Option(
      names = "--gallery",
      paramLabel = "FILE.npz",
      description =
          "The same for a gallery apart; an item with an equal id in both is not compared with itself. Without ids in both files the items are different.")
  private Path gallery;

  @Option(
      names = "--distance",
      paramLabel = "DISTANCE",
      defaultValue = "euclidean",
      description = "euclidean or cosine. Default: ${DEFAULT-VALUE}.")
  private String distance;

  @Option(
      names = "--recall-at",
      paramLabel = "K",
      split = ",",
      defaultValue = "1,2,4,8,10,100",
      description = "Where to cut off. Default: ${DEFAULT-VALUE}.")
  private List<Integer> recallAt;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private EngineOptions engine;

  /** A file with its arrays, checked. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Loaded(float[] values, int rows, int dimension, long[] labels, long[] ids) {

    static Loaded from(Path file) {
      Map<String, NpyArray> arrays = NpzReader.read(file);
      NpyArray values = array(arrays, "embeddings", file);
      if (values.floats() == null || values.shape().length != 2 || values.size() == 0) {
        throw InputException.of(
            "embeddings",
            values.describe(),
            file.toString(),
            "be N x D floating-point numbers",
            "save x.astype(numpy.float32)");
      }
      int rows = values.shape()[0];
      int dimension = values.shape()[1];
      for (int i = 0; i < values.size(); i++) {
        if (!Float.isFinite(values.floats()[i])) {
          throw InputException.of(
              "embeddings",
              "row " + i / dimension,
              file.toString(),
              "be finite",
              "leave that row out");
        }
      }
      return new Loaded(
          values.floats(),
          rows,
          dimension,
          longs(array(arrays, "labels", file), "labels", rows, file),
          arrays.containsKey("ids") ? longs(arrays.get("ids"), "ids", rows, file) : null);
    }

    private static NpyArray array(Map<String, NpyArray> arrays, String name, Path file) {
      NpyArray array = arrays.get(name);
      if (array == null) {
        throw InputException.of(
            "array",
            name,
            file.toString(),
            "be there, and the file has " + arrays.keySet(),
            "save it with numpy.savez(file, " + name + "=...)");
      }
      return array;
    }

    private static long[] longs(NpyArray array, String name, int rows, Path file) {
      if (array.longs() == null || array.size() != rows) {
        throw InputException.of(
            name,
            array.describe(),
            file.toString(),
            "be " + rows + " integers, one per embedding",
            "save x.astype(numpy.int64)");
      }
      return array.longs();
    }

    EmbeddingSet set(long[] withIds) {
      Set<Long> seen = new HashSet<>();
      for (long id : withIds) {
        if (!seen.add(id)) {
          throw InputException.of(
              "ids", id, "the embeddings", "be different from each other", "leave the array out");
        }
      }
      return new EmbeddingSet(values, dimension, withIds, labels);
    }
  }

  @Override
  public Integer call() {
    engine.apply();
    List<String> known = Arrays.stream(Distance.values()).map(Distance::id).toList();
    if (!known.contains(distance)) {
      throw InputException.unknown("distance", distance, "the command line", known);
    }
    Loaded queries = Loaded.from(embeddings);
    Loaded others = gallery == null ? queries : Loaded.from(gallery);
    if (others.dimension() != queries.dimension()) {
      throw InputException.of(
          "dimension",
          others.dimension(),
          gallery.toString(),
          "be that of the queries (" + queries.dimension() + ")",
          "they come from different models");
    }
    boolean named = queries.ids() != null && others.ids() != null;
    long[] ids = named ? queries.ids() : LongStream.range(0, queries.rows()).toArray();
    long offset = gallery == null ? 0 : queries.rows();
    long[] otherIds =
        named ? others.ids() : LongStream.range(offset, offset + others.rows()).toArray();
    try (NDManager manager = NDManager.newBaseManager();
        ExactSearch search = ExactSearch.of(others.set(otherIds), Distance.of(distance), manager)) {
      List<RetrievalMetric> recalls =
          recallAt.stream()
              .map(k -> dev.holdfast.harness.config.Metrics.parse("recall@" + k, "--recall-at"))
              .toList();
      List<QueryResult> all =
          search.search(queries.set(ids), recallAt.stream().mapToInt(k -> k).max().orElse(1));
      List<QueryResult> usable = all.stream().filter(q -> q.relevant() > 0).toList();
      report(all.size() - usable.size(), usable, recalls);
    }
    return Holdfast.OK;
  }

  private void report(int excluded, List<QueryResult> results, List<RetrievalMetric> recalls) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("n_queries", results.size());
    figures.put("n_excluded", excluded);
    Map<String, Object> recallValues = new LinkedHashMap<>();
    Map<String, Object> intervals = new LinkedHashMap<>();
    PrintWriter out = spec.commandLine().getOut();
    StringBuilder table = new StringBuilder();
    for (RetrievalMetric metric : recalls) {
      Estimate e = estimate(metric, results);
      recallValues.put(Integer.toString(((RecallAtK) metric).depth()), number(e.value()));
      intervals.put("recall_at_" + ((RecallAtK) metric).depth(), interval(e));
      table.append(line("recall@" + ((RecallAtK) metric).depth(), e));
    }
    Estimate map = estimate(new MapAtR(), results);
    table.append(line("MAP@R", map));
    figures.put("recall_at", recallValues);
    figures.put("map_at_r", number(map.value()));
    intervals.put("map_at_r", interval(map));
    figures.put("intervals_95", intervals);
    if (json) {
      out.println(
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(figures));
    } else {
      out.printf("%d queries, %d left out without a relevant item%n", results.size(), excluded);
      out.print(table);
    }
    out.flush();
  }

  private Estimate estimate(RetrievalMetric metric, List<QueryResult> results) {
    return metric.estimate(
        results.stream().mapToDouble(metric::value).toArray(),
        CounterRng.of(engine.seed(), "score", 0).nextLong());
  }

  private static String line(String name, Estimate e) {
    return String.format(
        Locale.ROOT, "%-11s %9.5f  [%.5f, %.5f]%n", name, e.value(), e.low(), e.high());
  }

  private static Object interval(Estimate e) {
    return Arrays.asList(number(e.low()), number(e.high()));
  }

  /** JSON has no NaN; without queries there is no figure. */
  private static Double number(double value) {
    return Double.isNaN(value) ? null : Double.valueOf(value);
  }
}
