package dev.holdfast.harness.cli;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.npz.ClassLabels;
import dev.holdfast.harness.npz.CommonItems;
import dev.holdfast.harness.npz.EmbeddingFile;
import dev.holdfast.harness.npz.Rounding;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.Devices;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.Watch;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.knn.ExactSearch;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.metrics.space.EmbeddingSpace;
import dev.holdfast.metrics.space.Hubness;
import dev.holdfast.metrics.space.SpaceMetric;
import dev.holdfast.metrics.stats.Estimate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
      "Measure stored embeddings with every metric, or with some. Without --gallery every item is a query against all others.",
      "Queries without a relevant item are left out and counted; ties count against the model."
    })
final class ScoreCommand implements Callable<Integer> {

  private static final String HAMMING = "hamming";
  private static final String QUERIES = "queries";
  private static final String CLASSES = "classes";

  /** Clusters that are looked for unasked. */
  private static final int MOST_CLUSTERS = 1000;

  private static final List<Integer> USUAL_K = List.of(1, 2, 4, 8, 10, 100);

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "FILE.npz",
      description =
          "Arrays embeddings (N x D) and labels (N) and, optionally, ids, groups and clusters (N each) and class_names (label i is the class of that name). A query is not compared with items of its own group; without clusters, k-means makes one per class.")
  private Path embeddings;

  @Option(
      names = "--gallery",
      paramLabel = "FILE.npz",
      description =
          "The same for a gallery apart. Classes are compared by name where files have names. An item with an equal id in both is not compared with itself; without ids the items are different.")
  private Path gallery;

  @Option(
      names = "--allow-copies",
      description =
          "Take items of the gallery with the embeddings and classes of queries for other items, although they are many and no ids say so.")
  private boolean allowCopies;

  @Option(
      names = "--training",
      paramLabel = "FILE.npz",
      description = "The embeddings that the model was trained on, for the metric utilisation.")
  private Path training;

  @Option(
      names = "--distance",
      paramLabel = "DISTANCE",
      defaultValue = "euclidean",
      description =
          "euclidean, cosine, dot (the nearest item has the largest inner product), or hamming: between the signs of the embeddings, which then take their place in every metric. Default: ${DEFAULT-VALUE}.")
  private String distance;

  @Option(
      names = {"-k", "--k"},
      paramLabel = "K",
      split = ",",
      description =
          "Where recall, precision and CMC are cut off. Default: 1,2,4,8,10,100, as far as the gallery goes.")
  private List<Integer> depths;

  @Option(
      names = "--metrics",
      paramLabel = "ID",
      split = ",",
      description =
          "Only these, by their ids: recall, map-at-r, nmi, ... Default: all of \"list metrics\"; nmi and ami, which need k-means, up to 1000 classes.")
  private List<String> only;

  @Option(
      names = "--intervals-over",
      paramLabel = "WHAT",
      defaultValue = QUERIES,
      description =
          "What 95 %% intervals take for drawn at random: queries or classes. Default: ${DEFAULT-VALUE}.")
  private String intervals;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private EngineOptions engine;

  /** The sides of a search; the same file twice unless they are apart. */
  private record Sides(EmbeddingFile queries, EmbeddingFile gallery, boolean apart) {

    /** Returns how many items a query is compared with, if none is of its group. */
    int compared() {
      return gallery.set().size() - (apart ? 0 : 1);
    }

    EmbeddingSpace space(Distance distance, long seed, NDManager manager) {
      EmbeddingSpace space =
          apart
              ? EmbeddingSpace.of(queries.set(), gallery.set(), distance, seed, manager)
              : EmbeddingSpace.of(queries.set(), distance, seed, manager);
      if (gallery.clusters() == null) {
        return space;
      }
      Map<Long, Long> byId = new HashMap<>();
      for (EmbeddingFile file : List.of(queries, gallery)) {
        for (int row = 0; row < file.set().size(); row++) {
          byId.put(file.set().ids()[row], file.clusters()[row]);
        }
      }
      return space.withClusters(Arrays.stream(space.items().ids()).map(byId::get).toArray());
    }
  }

  /**
   * Values of the queries that have a relevant item.
   *
   * @param labels one per query
   * @param values for each query one per metric
   * @param neighbors the nearest of every query, with a relevant item or not; none unless asked for
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record PerQuery(long[] labels, List<double[]> values, List<int[]> neighbors) {

    double[] of(int metric) {
      return values.stream().mapToDouble(v -> v[metric]).toArray();
    }
  }

  @Override
  public Integer call() {
    engine.apply();
    List<String> known =
        Stream.concat(Arrays.stream(Distance.values()).map(Distance::id), Stream.of(HAMMING))
            .toList();
    check("distance", distance, known);
    check("intervals over", intervals, List.of(QUERIES, CLASSES));
    checkMetrics();
    // Loading the engine takes about as long as reading a large file. What it fails of is told when
    // it is used.
    CompletableFuture<?> unused = CompletableFuture.runAsync(Engine::getInstance);
    Sides sides = read();
    EmbeddingFile trained = training == null ? null : readTraining(sides.queries());
    List<RetrievalMetric> metrics = metrics(sides);
    // Between sign codes the Euclidean distance orders items as the Hamming distance does.
    Distance between = distance.equals(HAMMING) ? Distance.EUCLIDEAN : Distance.of(distance);
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine());
        NDManager manager = NDManager.newBaseManager(Devices.of(engine.device()))) {
      List<SpaceMetric> leftOut = between.isDistance() ? clustered(sides) : List.of();
      List<SpaceMetric> whole =
          SpaceMetric.all().stream()
              .filter(metric -> asked(metric.id()) && !leftOut.contains(metric))
              .filter(metric -> fits(metric, between, sides))
              .toList();
      boolean hubs = whole.stream().anyMatch(Hubness.class::isInstance);
      PerQuery perQuery = search(sides, metrics, between, hubs, manager, ticker::step);
      Map<RetrievalMetric, Estimate> estimates = new LinkedHashMap<>();
      List<Estimate> found =
          IntStream.range(0, metrics.size())
              .parallel()
              .mapToObj(m -> estimate(metrics.get(m), perQuery, m))
              .toList();
      for (int m = 0; m < metrics.size(); m++) {
        estimates.put(metrics.get(m), found.get(m));
      }
      EmbeddingSpace space = sides.space(between, engine.seed(), manager).watched(ticker::step);
      if (hubs) {
        space.withNeighbors(Hubness.USUAL_K, perQuery.neighbors());
      }
      if (trained != null) {
        space.withTraining(trained.set());
      }
      Map<SpaceMetric, Double> values = new LinkedHashMap<>();
      for (SpaceMetric metric : whole) {
        ticker.step("scoring", values.size(), whole.size());
        values.put(metric, metric.value(space));
      }
      ticker.close();
      PrintWriter out = spec.commandLine().getOut();
      int queries = perQuery.labels().length;
      List<String> missing = leftOut.stream().map(SpaceMetric::id).toList();
      out.println(
          json
              ? json(sides, queries, estimates, values, missing)
              : table(sides, queries, estimates, values, missing));
      out.flush();
    }
    return Holdfast.OK;
  }

  private static void check(String key, String value, List<String> known) {
    if (!known.contains(value)) {
      throw InputException.unknown(key, value, "the command line", known);
    }
  }

  private void checkMetrics() {
    List<String> known =
        Stream.concat(
                MetricNames.kinds().stream().map(RetrievalMetric::id),
                SpaceMetric.all().stream().map(SpaceMetric::id))
            .toList();
    for (String id : only == null ? List.<String>of() : only) {
      check("metric", id, known);
    }
  }

  /** Says what is left out because it needs a distance, unless that was asked for by name. */
  private boolean fits(SpaceMetric metric, Distance between, Sides sides) {
    if (between.isDistance() || !metric.needsDistance(sides.gallery().clusters() != null)) {
      return true;
    }
    if (only != null) {
      throw InputException.of(
          "metric",
          metric.id(),
          "the command line",
          "be one that needs no distance, since " + distance + " is none",
          "ask for --distance cosine, or leave it out");
    }
    spec.commandLine()
        .getErr()
        .printf("%s is left out: it needs a distance, and %s is none.%n", metric.id(), distance);
    return false;
  }

  private boolean asked(String id) {
    return only == null || only.contains(id);
  }

  private Sides read() {
    EmbeddingFile queries = readOne(embeddings);
    if (gallery == null) {
      queries.refuseOneClass();
      EmbeddingFile all = codes(queries.named() ? queries : queries.numbered(0));
      return new Sides(all, all, false);
    }
    EmbeddingFile others = readOne(gallery);
    others.refuseOneClass();
    refuseOtherDimension(others, queries);
    both("groups", queries.set().groups() != null, others.set().groups() != null);
    both("clusters", queries.clusters() != null, others.clusters() != null);
    both("ids", queries.named(), others.named());
    Sides apart = byName(queries, others);
    CommonItems common = CommonItems.of(apart.queries(), apart.gallery());
    if (!queries.named() && !allowCopies) {
      common.refuseCopies();
    }
    PrintWriter err = spec.commandLine().getErr();
    if (queries.classNames() == null) {
      err.println(
          "Classes are compared by their numbers, which must mean the same in both files: neither has "
              + ClassLabels.CLASS_NAMES
              + ".");
    }
    common.tell(err);
    if (queries.named()) {
      return codes(apart);
    }
    int first = queries.set().size();
    return codes(new Sides(apart.queries().numbered(0), apart.gallery().numbered(first), true));
  }

  /** A number means a class inside of its file alone; a name means it everywhere. */
  private Sides byName(EmbeddingFile queries, EmbeddingFile others) {
    if ((queries.classNames() == null) != (others.classNames() == null)) {
      throw InputException.of(
          "array",
          ClassLabels.CLASS_NAMES,
          (queries.classNames() == null ? queries : others).path().toString(),
          "be there, since the other file has it, and equal numbers need not mean the same class",
          "write both files with embed; or leave it out of both, if their numbers mean the same");
    }
    if (queries.classNames() == null) {
      return new Sides(queries, others, true);
    }
    List<String> names =
        Stream.concat(queries.classNames().stream(), others.classNames().stream())
            .distinct()
            .sorted()
            .toList();
    return new Sides(queries.numberedBy(names), others.numberedBy(names), true);
  }

  private EmbeddingFile readOne(Path file) {
    EmbeddingFile read = EmbeddingFile.read(file);
    Rounding.of(read).ifPresent(spec.commandLine().getErr()::println);
    if (distance.equals(Distance.COSINE.id())) {
      read.refuseZeroVectors();
    }
    return read;
  }

  private Sides codes(Sides sides) {
    return new Sides(codes(sides.queries()), codes(sides.gallery()), true);
  }

  /** Takes sign codes in place of embeddings where the distance asks for them. */
  private EmbeddingFile codes(EmbeddingFile read) {
    if (!distance.equals(HAMMING)) {
      return read;
    }
    EmbeddingFile codes = read.signCodes();
    if (codes.isOnePoint()) {
      spec.commandLine()
          .getErr()
          .printf(
              "All embeddings of %s have the same signs: every item is at distance 0, and what ties counts against the model.%n",
              read.path());
    }
    return codes;
  }

  private EmbeddingFile readTraining(EmbeddingFile queries) {
    EmbeddingFile read = readOne(training);
    refuseOtherDimension(read, queries);
    return codes(read);
  }

  private static void refuseOtherDimension(EmbeddingFile file, EmbeddingFile queries) {
    if (file.set().dimension() != queries.set().dimension()) {
      throw InputException.of(
          "dimension",
          file.set().dimension(),
          file.path().toString(),
          "be that of %s (%d)".formatted(queries.path(), queries.set().dimension()),
          "they come from different models");
    }
  }

  /** What only one side has would be left out of account without a word. */
  private void both(String name, boolean queriesHave, boolean galleryHas) {
    if (queriesHave != galleryHas) {
      throw InputException.of(
          "array",
          name,
          (queriesHave ? gallery : embeddings).toString(),
          "be there, since the other file has it",
          "save it in both, or leave it out of both");
    }
  }

  private List<RetrievalMetric> metrics(Sides sides) {
    int most = sides.compared();
    for (int k : depths == null ? List.<Integer>of() : depths) {
      if (k < 1 || k > most) {
        throw InputException.of(
            "k",
            k,
            "the command line",
            "be from 1 to %d, the number of items of %s that a query is compared with"
                .formatted(most, sides.gallery().path()),
            "you meant " + Math.max(1, Math.min(k, most)));
      }
    }
    List<Integer> used =
        depths == null
            ? USUAL_K.stream().filter(k -> k <= most).toList()
            : depths.stream().distinct().toList();
    return MetricNames.kinds().stream()
        .filter(m -> asked(m.id()))
        .flatMap(m -> m.k().isPresent() ? used.stream().map(m::at) : Stream.of(m))
        .toList();
  }

  /**
   * Returns what needs clusters that were not given, where k-means would look for so many that it
   * takes longer than all the rest, and nobody asked for it.
   */
  private List<SpaceMetric> clustered(Sides sides) {
    long classes =
        Stream.of(sides.queries(), sides.gallery())
            .flatMapToLong(file -> Arrays.stream(file.set().labels()))
            .distinct()
            .count();
    return only != null || sides.gallery().clusters() != null || classes <= MOST_CLUSTERS
        ? List.of()
        : SpaceMetric.all().stream().filter(SpaceMetric::needsClusters).toList();
  }

  /** What is kept of one query. */
  @SuppressWarnings("ArrayRecordComponent")
  private record OfOne(double[] values, int[] neighbors) {}

  /**
   * @param hubs whether the nearest items of each query are asked for
   */
  private static PerQuery search(
      Sides sides,
      List<RetrievalMetric> metrics,
      Distance between,
      boolean hubs,
      NDManager manager,
      Watch watch) {
    EmbeddingSet queries = sides.queries().set();
    Scope scope = Scope.of(metrics).hitsAlone();
    try (ExactSearch search =
        ExactSearch.of(sides.gallery().set(), between, manager).watched(watch)) {
      List<OfOne> found =
          search.search(
              queries,
              hubs ? scope.atLeast(Hubness.USUAL_K) : scope,
              query ->
                  new OfOne(
                      query.relevant() == 0
                          ? null
                          : metrics.stream().mapToDouble(m -> m.value(query)).toArray(),
                      hubs ? first(query.neighbors(), Hubness.USUAL_K) : null));
      List<double[]> values = found.stream().map(OfOne::values).toList();
      int[] usable = IntStream.range(0, values.size()).filter(i -> values.get(i) != null).toArray();
      if (usable.length == 0) {
        throw InputException.of(
            "labels",
            "no query has a relevant item",
            sides.queries().path().toString(),
            "be those of other items in " + sides.gallery().path(),
            sides.queries().classNames() == null
                ? "the two files have different numbers for the same classes, or groups leave nothing"
                : "the two files have no class in common, or groups leave nothing");
      }
      return new PerQuery(
          Arrays.stream(usable).mapToLong(i -> queries.labels()[i]).toArray(),
          values.stream().filter(Objects::nonNull).toList(),
          found.stream().map(OfOne::neighbors).filter(Objects::nonNull).toList());
    }
  }

  private static int[] first(int[] items, int most) {
    return Arrays.copyOf(items, Math.min(items.length, most));
  }

  private Estimate estimate(RetrievalMetric metric, PerQuery perQuery, int number) {
    long seed = CounterRng.of(engine.seed(), "score", 0).nextLong();
    double[] values = perQuery.of(number);
    return intervals.equals(CLASSES)
        ? metric.estimateOverClasses(values, perQuery.labels(), seed)
        : metric.estimate(values, seed);
  }

  private String json(
      Sides sides,
      int queries,
      Map<RetrievalMetric, Estimate> estimates,
      Map<SpaceMetric, Double> values,
      List<String> leftOut) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("n_queries", queries);
    figures.put("n_excluded", sides.queries().set().size() - queries);
    figures.put("n_gallery", sides.gallery().set().size());
    figures.put("distance", distance);
    figures.put("seed", engine.seed());
    Map<String, Map<String, Double>> byDepth = new HashMap<>();
    Map<String, Object> ends = new LinkedHashMap<>();
    estimates.forEach(
        (metric, e) -> {
          String key = key(metric.id());
          if (metric.k().isPresent()) {
            key += "_at";
            String k = Integer.toString(metric.k().getAsInt());
            Map<String, Double> atDepths =
                byDepth.computeIfAbsent(key, any -> new LinkedHashMap<>());
            figures.put(key, atDepths);
            atDepths.put(k, number(e.value()));
            key += "_" + k;
          } else {
            figures.put(key, number(e.value()));
          }
          ends.put(key, Arrays.asList(number(e.low()), number(e.high())));
        });
    figures.put("intervals_95", ends);
    figures.put("intervals_over", intervals);
    values.forEach((metric, value) -> figures.put(key(metric.id()), number(value)));
    if (!leftOut.isEmpty()) {
      figures.put("left_out", leftOut);
    }
    return JsonMapper.builder()
        .build()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsString(figures);
  }

  private static String key(String id) {
    return id.replace('-', '_');
  }

  private String table(
      Sides sides,
      int queries,
      Map<RetrievalMetric, Estimate> estimates,
      Map<SpaceMetric, Double> values,
      List<String> leftOut) {
    int width =
        Stream.concat(
                estimates.keySet().stream().map(MetricNames::word),
                values.keySet().stream().map(SpaceMetric::id))
            .mapToInt(String::length)
            .max()
            .orElse(0);
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d queries in a gallery of %d, %d left out without a relevant item, distance %s"
            .formatted(
                queries,
                sides.gallery().set().size(),
                sides.queries().set().size() - queries,
                distance));
    estimates.forEach(
        (metric, e) ->
            lines.add(
                line(width, MetricNames.word(metric), e.value())
                    + String.format(Locale.ROOT, "  [%.5f, %.5f]", e.low(), e.high())));
    if (values.isEmpty()) {
      return String.join(System.lineSeparator(), lines);
    }
    lines.add("");
    lines.add("Of the whole set (without an interval; - where there is no value):");
    values.forEach((metric, value) -> lines.add(line(width, metric.id(), value)));
    if (!leftOut.isEmpty()) {
      lines.add("");
      lines.add(
          "Left out: %s. With more than %d classes, k-means takes longer than all the rest; --metrics %s asks for it."
              .formatted(String.join(" and ", leftOut), MOST_CLUSTERS, String.join(",", leftOut)));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static String line(int width, String name, double value) {
    return String.format(
        Locale.ROOT,
        "%-" + width + "s  %9s",
        name,
        Double.isFinite(value) ? String.format(Locale.ROOT, "%.5f", value) : "-");
  }

  /** JSON has neither NaN nor infinity; without a figure there is null. */
  private static Double number(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
