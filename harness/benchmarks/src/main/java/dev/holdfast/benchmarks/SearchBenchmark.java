package dev.holdfast.benchmarks;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** Exact search of a set in itself, and of some of its items in the set. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-XX:+UseParallelGC"})
public class SearchBenchmark {

  private static final int DIMENSION = 128;
  private static final int DEPTH = 100;

  /** Number of items in the gallery. */
  @Param("4000")
  public int rows;

  /** How items are compared. */
  @Param({"EUCLIDEAN", "COSINE"})
  public Distance distance;

  private NDManager manager;
  private EmbeddingSet gallery;
  private EmbeddingSet queries;

  /** Draws the embeddings. */
  @Setup(Level.Trial)
  public void open() {
    manager = NDManager.newBaseManager();
    gallery = Clusters.of(rows, DIMENSION);
    queries = gallery.select(IntStream.range(0, rows / 4).toArray());
  }

  /** Frees the engine's memory. */
  @TearDown(Level.Trial)
  public void close() {
    manager.close();
  }

  /** The nearest items alone, each item a query. */
  @Benchmark
  public List<int[]> neighborsInOneSet() {
    try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      return search.neighbors(gallery, DEPTH);
    }
  }

  /** What recall@k and MAP@R need, each item a query. */
  @Benchmark
  public List<QueryResult> resultsInOneSet() {
    try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      return search.search(gallery, DEPTH);
    }
  }

  /** The same for a quarter of the items, as other rows than those of the gallery. */
  @Benchmark
  public List<QueryResult> resultsOfQueriesInGallery() {
    try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      return search.search(queries, DEPTH);
    }
  }

  /** The ranks of all relevant items, which double decides alone. */
  @Benchmark
  public List<QueryResult> allRanks() {
    try (ExactSearch search = ExactSearch.of(gallery, distance, manager)) {
      return search.search(queries, new Scope(DEPTH, Ranks.ALL));
    }
  }
}
