package dev.holdfast.benchmarks;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.MapAtR;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.space.EmbeddingSpace;
import dev.holdfast.metrics.space.SpaceMetric;
import dev.holdfast.metrics.stats.Estimate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Metrics of the results of a search, their intervals, and metrics of a whole set. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-XX:+UseParallelGC"})
public class MetricsBenchmark {

  private static final int DIMENSION = 64;

  /** Number of items. */
  @Param("1000")
  public int rows;

  private NDManager manager;
  private EmbeddingSet items;
  private List<QueryResult> results;
  private double[] perQuery;

  /** Searches. */
  @Setup(Level.Trial)
  public void open() {
    manager = NDManager.newBaseManager();
    items = Clusters.of(rows, DIMENSION);
    try (ExactSearch search = ExactSearch.of(items, Distance.EUCLIDEAN, manager)) {
      results = search.search(items, Scope.of(RetrievalMetric.all()));
    }
    perQuery = results.stream().mapToDouble(new MapAtR()::value).toArray();
  }

  /** Frees the engine's memory. */
  @TearDown(Level.Trial)
  public void close() {
    manager.close();
  }

  /** Every metric of every query. */
  @Benchmark
  public double valuesOfAllMetrics() {
    return RetrievalMetric.all().stream()
        .mapToDouble(metric -> results.stream().mapToDouble(metric::value).sum())
        .sum();
  }

  /** The interval of a mean over queries. */
  @Benchmark
  public Estimate intervalOverQueries() {
    return new MapAtR().estimate(perQuery, 1);
  }

  /** The interval of a mean over classes. */
  @Benchmark
  public Estimate intervalOverClasses() {
    return new MapAtR().estimateOverClasses(perQuery, items.labels(), 1);
  }

  /** Every metric of the set, with its clusters. */
  @Benchmark
  public double[] allMetricsOfTheSet() {
    EmbeddingSpace space = EmbeddingSpace.of(items, Distance.EUCLIDEAN, 1, manager);
    return SpaceMetric.all().stream().mapToDouble(metric -> metric.value(space)).toArray();
  }
}
