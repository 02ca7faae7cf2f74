package dev.holdfast.harness.run;

import ai.djl.engine.Engine;
import dev.holdfast.attacks.corruption.FrostTextures;
import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.embedding.EmbeddingScene;
import dev.holdfast.attacks.objective.Surroundings;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.ChanceLevel;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.harness.config.Metrics;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.plan.SequenceCell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.Models;
import dev.holdfast.models.data.Draw;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.InputSpec;
import dev.holdfast.models.data.PixelStore;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.Shapes;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs an audit from end to end: load once, embed the gallery once, then cell by cell perturb,
 * embed, score and store, and at last assemble the report from what is stored.
 */
public final class AuditRunner {

  private static final String CLEAN = "clean";
  private static final String PROBE = "probe";
  private static final String AFTERWARDS = "afterwards";
  private static final String CONVERGENCE = "convergence";

  /** Behind the name of a length: in parts of the mean distance to the nearest neighbor. */
  private static final String RELATIVE = "-relative";

  private static final long EVIDENCE_LIMIT = 2L << 30;
  private static final int SHOWN_PER_CELL = 2;

  private final AuditOptions options;
  private final Ticker ticker;

  /** Prepares a run; {@link #run} does it. */
  public AuditRunner(AuditOptions options, Ticker ticker) {
    this.options = options;
    this.ticker = ticker;
  }

  /**
   * Runs the audit, or goes on with it where it stopped.
   *
   * @return what is written in the folder
   */
  public Audit run() {
    Instant started = Instant.now();
    refuseInsideData();
    ImageSet set =
        DataSets.open(options.data(), options.layout(), options.split(), options.subset());
    try (EmbeddingModel model = Models.open(options.model(), Devices.of(options.device()))) {
      return run(model, set, started);
    }
  }

  /** The same with a model and data that are open already. */
  Audit run(EmbeddingModel model, ImageSet set, Instant started) {
    try (Surrogates surrogates =
        Surrogates.open(options.battery(), model, Devices.of(options.device()))) {
      InputSpec spec = model.card().input().spec();
      FrostTextures frost =
          options.frost() == null
              ? FrostTextures.procedural()
              : FrostTextures.read(options.frost());
      List<Cell> cells = Plan.of(options.battery(), spec, surrogates.identities(), frost);
      try (PixelStore store =
          PixelStore.open(set, spec, CacheFolder.path(), ticker, options.strict())) {
        // Refuses what cannot work before anything is written.
        new Images(store, model, options.batchSize());
        check(cells, store, set.protocol());
        surrogates.check(options.battery(), store, options.batchSize());
        Map<String, String> config = config(model, surrogates, set, store, cells);
        try (RunFolder folder = RunFolder.open(options.out(), config, options.fresh())) {
          return new Session(new CountingModel(model), surrogates, set, store, cells, folder)
              .run(started);
        }
      }
    }
  }

  /** Pictures of the report would be images of the next audit. */
  private void refuseInsideData() {
    Path data = Path.of(options.data()).toAbsolutePath().normalize();
    if (!options.data().equals(Shapes.ID)
        && options.out().toAbsolutePath().normalize().startsWith(data)) {
      throw InputException.of(
          "out",
          options.out(),
          "the command line",
          "lie outside of the data",
          "use a folder beside it");
    }
  }

  /** Refuses objectives that have nothing to aim at in this data. */
  private static void check(List<Cell> cells, PixelStore store, Protocol protocol) {
    List<ImageItem> items = store.items();
    List<Draw> draws = protocol.draw(items);
    int[] galleries =
        draws.stream().flatMapToInt(d -> Arrays.stream(d.gallery())).distinct().sorted().toArray();
    long[] gallery = Arrays.stream(galleries).mapToLong(i -> items.get(i).label()).toArray();
    Map<Long, Long> sizes =
        Arrays.stream(gallery)
            .boxed()
            .collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    long[] queries =
        draws.stream()
            .flatMapToInt(d -> Arrays.stream(d.queries()))
            .distinct()
            .filter(
                i ->
                    sizes.getOrDefault(items.get(i).label(), 0L)
                        > (Arrays.binarySearch(galleries, i) >= 0 ? 1 : 0))
            .mapToLong(i -> items.get(i).label())
            .toArray();
    for (Cell cell : cells) {
      if (cell instanceof AttackCell attack) {
        boolean within = cell.side().gallery() || protocol == Protocol.SELF_RETRIEVAL;
        attack.objective().check(gallery, cell.side().gallery() ? gallery : queries, within);
      }
      if (cell instanceof WorstCaseCell worst) {
        boolean within = protocol == Protocol.SELF_RETRIEVAL;
        worst.attacks().forEach(a -> a.objective().check(gallery, queries, within));
      }
    }
  }

  /** Everything that a number of the report depends on. */
  private Map<String, String> config(
      EmbeddingModel model,
      Surrogates surrogates,
      ImageSet set,
      PixelStore store,
      List<Cell> cells) {
    Map<String, String> config = new TreeMap<>();
    config.put("model", model.sha256());
    config.put("card", RunFolder.MAPPER.writeValueAsString(model.card().toMap()));
    if (!surrogates.fingerprint().isEmpty()) {
      config.put("surrogates", surrogates.fingerprint());
    }
    config.put("data", set.name() + " " + store.fingerprint());
    config.put("classes", classes(store));
    config.put("split", set.part());
    config.put("protocol", set.protocol().id());
    config.put("battery", options.battery().name());
    config.put("cells", String.join(" ", cells.stream().map(Cell::id).toList()));
    config.put("metrics", String.join(" ", options.battery().metrics()));
    config.put("limit_queries", options.battery().limitQueries().toString());
    config.put("seed", Long.toString(options.seed()));
    config.put("batch_size", Integer.toString(options.batchSize()));
    config.put("device", options.device());
    config.put("evidence", options.evidence().id());
    // Between releases, the same version is many programs.
    config.put(
        "holdfast",
        Build.version().endsWith("-SNAPSHOT")
            ? Build.version() + " " + Build.commit()
            : Build.version());
    config.put("pytorch", Engine.getEngine("PyTorch").getVersion());
    return config;
  }

  /** The fingerprint of the images says nothing of what they are: a manifest may change alone. */
  private static String classes(PixelStore store) {
    MessageDigest digest = Evidence.sha256();
    for (ImageItem item : store.items()) {
      String line =
          String.join("\n", item.path(), item.className(), item.role().id(), item.group(), "");
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
  }

  private static boolean attacksImages(Cell cell) {
    return cell instanceof AttackCell || cell instanceof WorstCaseCell;
  }

  /** Perturbed images, and the file that they are kept in; null where they are not. */
  private record Perturbation(PerturbedSet set, Evidence.Entry evidence) {}

  /** One run with everything open. */
  private final class Session {

    private final CountingModel model;
    private final Surrogates surrogates;
    private final ImageSet set;
    private final PixelStore store;
    private final List<Cell> cells;
    private final RunFolder folder;
    private final Images images;
    private final Showcase showcase;
    private final List<RetrievalMetric> metrics;
    private final Distance distance;
    private final Scope scope;

    /** Indices of the queries with a relevant item, in the order of the data set. */
    private int[] queries;

    private Trials trials;

    /** Clean embeddings of all images; zero where they are not finite. */
    private EmbeddingSet embeddings;

    private boolean[] finite;

    private Retrieval retrieval;
    private Surroundings surroundings;

    /** One for each trial. */
    private List<QueryResult> cleanResults;

    Session(
        CountingModel model,
        Surrogates surrogates,
        ImageSet set,
        PixelStore store,
        List<Cell> cells,
        RunFolder folder) {
      this.model = model;
      this.surrogates = surrogates;
      this.set = set;
      this.store = store;
      this.cells = cells;
      this.folder = folder;
      this.images = new Images(store, model, options.batchSize());
      this.showcase = new Showcase(folder.path(), images, model.card().input().spec());
      this.metrics =
          options.battery().metrics().stream().map(m -> Metrics.parse(m, "the battery")).toList();
      this.distance = model.card().embedding().metric();
      this.scope = Scope.of(metrics).atLeast(8);
    }

    Audit run(Instant started) {
      List<Draw> draws = set.protocol().draw(store.items());
      EmbeddingSet given = embeddings(draws);
      finite = Images.finite(given);
      embeddings = zeroWhereNotFinite(given, finite);
      int[] chosen = chooseQueries(draws);
      try (Retrieval galleries =
              new Retrieval(draws, embeddings, finite, distance, model.manager(), scope);
          Surroundings around =
              new Surroundings(
                  galleries.points(),
                  distance,
                  model.card().embedding().normalize(),
                  options.seed(),
                  Map.of(),
                  model.manager())) {
        retrieval = galleries;
        surroundings = around;
        ask(chosen, draws);
        Probed before = probe();
        CellOutcome clean = cleanOutcome();
        Map<Cell, CellOutcome> outcomes = runCells();
        Probed probed = before.and(convergence(outcomes)).and(afterwards());
        ticker.close();
        return new Assembler(
                options,
                model,
                set,
                store,
                folder,
                metrics,
                chosen.length - queries.length,
                draws,
                queries,
                trials)
            .write(clean, outcomes, probed, started);
      }
    }

    /** Asks the clean queries. Those without a relevant item are left out from here on. */
    private void ask(int[] chosen, List<Draw> draws) {
      Trials all = trials(chosen, draws);
      List<QueryResult> results = retrieval.search(all, embeddings.select(chosen));
      int[] usable =
          IntStream.range(0, all.size()).filter(t -> results.get(t).relevant() > 0).toArray();
      int[] kept = Arrays.stream(usable).map(t -> all.queries()[t]).distinct().sorted().toArray();
      if (kept.length == 0) {
        throw new InputException(
            "The data (%s) must have a class with two images.%nMaybe use another folder or split: no query has a relevant item."
                .formatted(options.data()));
      }
      queries = Arrays.stream(kept).map(i -> chosen[i]).toArray();
      trials =
          new Trials(
              Arrays.stream(usable).map(t -> Arrays.binarySearch(kept, all.queries()[t])).toArray(),
              Arrays.stream(usable).map(t -> all.draws()[t]).toArray(),
              all.count());
      cleanResults = Arrays.stream(usable).mapToObj(results::get).toList();
    }

    private static Trials trials(int[] chosen, List<Draw> draws) {
      IntStream.Builder asking = IntStream.builder();
      IntStream.Builder numbers = IntStream.builder();
      for (int draw = 0; draw < draws.size(); draw++) {
        for (int item : draws.get(draw).queries()) {
          int query = Arrays.binarySearch(chosen, item);
          if (query >= 0) {
            asking.add(query);
            numbers.add(draw);
          }
        }
      }
      return new Trials(asking.build().toArray(), numbers.build().toArray(), draws.size());
    }

    /** Embeds every image once; a resumed run takes the embeddings that were stored. */
    private EmbeddingSet embeddings(List<Draw> draws) {
      int[] everything = IntStream.range(0, images.count()).toArray();
      Optional<Evidence.Entry> stored = folder.read("gallery", Evidence.Entry.class);
      if (stored.isPresent()) {
        if (Evidence.isWhole(folder.path(), stored.get())) {
          Map<String, NpyArray> arrays =
              NpzReader.read(folder.path().resolve(Evidence.FOLDER).resolve(Evidence.GALLERY));
          return images.set(everything, arrays.get("embeddings").floats());
        }
        ticker.say("The stored embeddings are damaged; they are computed again.");
      }
      EmbeddingSet fresh = images.embed(everything, "embedding", ticker);
      images.refuseNotFinite(fresh, true);
      Evidence.Entry entry =
          Evidence.write(
              folder.path(),
              Evidence.GALLERY,
              "",
              npz -> {
                npz.write("embeddings", fresh.values(), fresh.size(), fresh.dimension());
                npz.write("labels", fresh.labels());
                npz.write("ids", fresh.ids());
                if (fresh.groups() != null) {
                  npz.write("groups", fresh.groups());
                }
                for (int d = 0;
                    set.protocol() != Protocol.SELF_RETRIEVAL && d < draws.size();
                    d++) {
                  int[] rows = draws.get(d).gallery();
                  npz.write("gallery_rows_" + d, Arrays.stream(rows).asLongStream().toArray());
                }
              });
      folder.write("gallery", entry);
      return fresh;
    }

    /** An embedding that is no point is in no gallery, but other code wants numbers. */
    private EmbeddingSet zeroWhereNotFinite(EmbeddingSet given, boolean[] areFinite) {
      float[] values = given.values();
      for (int i = 0; i < areFinite.length; i++) {
        if (!areFinite[i]) {
          values = values == given.values() ? values.clone() : values;
          Arrays.fill(values, i * given.dimension(), (i + 1) * given.dimension(), 0);
        }
      }
      return new EmbeddingSet(
          values, given.dimension(), given.ids(), given.labels(), given.groups());
    }

    private int[] chooseQueries(List<Draw> draws) {
      int limit = options.battery().limitQueries();
      int[] all =
          draws.stream()
              .flatMapToInt(d -> Arrays.stream(d.queries()))
              .distinct()
              .sorted()
              .toArray();
      return images.chosen(all, limit, options.seed());
    }

    private Probed probe() {
      Optional<Probed> stored = folder.read(PROBE, Probed.class);
      if (stored.isPresent()) {
        return stored.get();
      }
      long forwards = model.forwards();
      long backwards = model.backwards();
      List<Finding> findings = new ArrayList<>();
      findings.add(
          ChanceLevel.clean(
              cleanResults.stream().mapToDouble(r -> r.firstRelevantRank() == 1 ? 1 : 0).toArray(),
              chance()));
      int[] points = IntStream.range(0, images.count()).filter(i -> finite[i]).toArray();
      findings.addAll(
          new Probe(model, images, options.seed()).run(points, embeddings.select(points)));
      if (cells.stream().anyMatch(AuditRunner::attacksImages)) {
        findings.addAll(probeAttacks());
      }
      Probed probed =
          new Probed(
              Verdicts.of(findings), model.forwards() - forwards, model.backwards() - backwards);
      folder.write(PROBE, probed);
      return probed;
    }

    /** Attacks a few queries of the first draw. */
    private List<Finding> probeAttacks() {
      int[] chosen = fewOfFirstDraw(t -> finite[queries[trials.queries()[t]]]);
      int[] items = Arrays.stream(chosen).map(t -> queries[trials.queries()[t]]).toArray();
      double[] all = chance();
      return new AttackProbe(model, images, surroundings, options.seed())
          .run(
              items,
              embeddings.select(items),
              Arrays.stream(chosen).mapToDouble(t -> all[t]).toArray(),
              this::hits);
    }

    /** For each trial the share of the gallery that is relevant. */
    private double[] chance() {
      return IntStream.range(0, trials.size())
          .mapToDouble(
              t ->
                  cleanResults.get(t).relevant()
                      / (double) retrieval.gallery(trials.draws()[t]).length)
          .toArray();
    }

    /** Gives the strongest attacks more steps, on a few queries that they left right. */
    private Probed convergence(Map<Cell, CellOutcome> outcomes) {
      Optional<Probed> stored = folder.read(CONVERGENCE, Probed.class);
      if (stored.isPresent()) {
        return stored.get();
      }
      if (!Longer.canBeAsked(outcomes)) {
        return new Probed(List.of(), 0, 0);
      }
      long forwards = model.forwards();
      long backwards = model.backwards();
      List<Finding> findings = new ArrayList<>();
      for (AttackCell cell : Longer.worthAsking(outcomes)) {
        double[] hits = outcomes.get(cell).values().get(Longer.RECALL);
        int[] left = fewOfFirstDraw(t -> hits[t] > 0);
        findings.add(
            AttackStrength.converged(
                cell.title(), Arrays.stream(hits).average().orElse(0), fell(cell, left)));
      }
      if (findings.isEmpty()) {
        findings.add(AttackStrength.converged("attacks", 0, new double[0]));
      }
      Probed probed =
          new Probed(
              Verdicts.of(List.of(Longer.worst(findings))),
              model.forwards() - forwards,
              model.backwards() - backwards);
      folder.write(CONVERGENCE, probed);
      return probed;
    }

    /** Returns 1 for each of some trials of the first draw that a longer attack breaks, else 0. */
    private double[] fell(AttackCell cell, int[] left) {
      int[] items = Arrays.stream(left).map(t -> queries[trials.queries()[t]]).toArray();
      Perturber perturber = perturber(cell);
      try {
        PerturbedSet made =
            perturber.perturb(
                Longer.of(cell), items, embeddings.select(items), (start, n, before, after) -> {});
        double[] hits = hits(made.embeddings());
        return IntStream.range(0, items.length)
            .mapToDouble(i -> made.finite()[i] ? 1 - hits[i] : 1)
            .toArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Asks some embeddings of queries in the first draw. */
    private double[] hits(EmbeddingSet asked) {
      int n = asked.size();
      Trials few = new Trials(IntStream.range(0, n).toArray(), new int[n], trials.count());
      return retrieval.search(few, asked).stream()
          .mapToDouble(r -> r.firstRelevantRank() == 1 ? 1 : 0)
          .toArray();
    }

    /** Returns a few trials of the first draw, chosen by seed and id. */
    private int[] fewOfFirstDraw(IntPredicate among) {
      return IntStream.range(0, trials.size())
          .filter(t -> trials.draws()[t] == 0 && among.test(t))
          .boxed()
          .sorted(
              (a, b) ->
                  Long.compareUnsigned(
                      CounterRng.order(
                          options.seed(), images.item(queries[trials.queries()[a]]).id()),
                      CounterRng.order(
                          options.seed(), images.item(queries[trials.queries()[b]]).id())))
          .limit(AttackProbe.QUERIES)
          .mapToInt(Integer::intValue)
          .toArray();
    }

    /** Asks once more what was asked in the beginning: the model may have changed. */
    private Probed afterwards() {
      Optional<Probed> stored = folder.read(AFTERWARDS, Probed.class);
      if (stored.isPresent()) {
        return stored.get();
      }
      long forwards = model.forwards();
      long backwards = model.backwards();
      int[] everything = IntStream.range(0, images.count()).toArray();
      Finding finding =
          new Probe(model, images, options.seed()).afterwards(everything, embeddings, finite);
      Probed probed =
          new Probed(
              List.of(Verdicts.of(finding)),
              model.forwards() - forwards,
              model.backwards() - backwards);
      folder.write(AFTERWARDS, probed);
      return probed;
    }

    private CellOutcome cleanOutcome() {
      Optional<CellOutcome> stored = folder.cell(CLEAN);
      if (stored.isPresent()) {
        return stored.get();
      }
      int n = trials.size();
      int[] ones = new int[n];
      Arrays.fill(ones, 1);
      boolean[] isFinite = cleanFinite();
      int lost = 0;
      for (boolean is : finite) {
        lost += is ? 0 : 1;
      }
      CellOutcome outcome =
          new CellOutcome(
              1,
              CLEAN,
              folder.configHash(),
              ids(),
              ranks(cleanResults, isFinite),
              missed(values(null, cleanResults), isFinite),
              Map.of(),
              new double[n],
              new double[n],
              new double[n],
              new int[n],
              ones,
              new int[n],
              images.count(),
              0,
              0,
              lost,
              null,
              List.of(),
              List.of(),
              null);
      folder.write(CLEAN, outcome);
      return outcome;
    }

    private Map<Cell, CellOutcome> runCells() {
      Map<Cell, CellOutcome> outcomes = new LinkedHashMap<>();
      long total = cells.stream().mapToLong(this::cost).sum();
      long done = 0;
      boolean resumed = false;
      for (Cell cell : cells) {
        Optional<CellOutcome> stored = folder.cell(cell.id());
        if (stored.isPresent()) {
          outcomes.put(cell, stored.get());
          resumed = true;
        } else {
          if (resumed) {
            ticker.say(outcomes.size() + " finished cells were found; going on from there.");
            resumed = false;
          }
          CellOutcome outcome = run(cell, done, total);
          folder.write(cell.id(), outcome);
          outcomes.put(cell, outcome);
        }
        done += cost(cell);
        ticker.step("auditing", done, total);
      }
      return outcomes;
    }

    private long cost(Cell cell) {
      return (long) perturbed(cell).length * cell.cost();
    }

    private Perturber perturber(Cell cell) {
      return new Perturber(
          model, images, attacker(cell), retrieval.items(), options.seed(), options.earlyExit());
    }

    private CellOutcome run(Cell cell, long done, long total) {
      if (cell instanceof EmbeddingCell e) {
        return runOnEmbeddings(e);
      }
      if (cell instanceof SequenceCell s) {
        return runSequence(s, done, total);
      }
      Perturber perturber = perturber(cell);
      try {
        if (cell instanceof WorstCaseCell worst) {
          return runWorstCase(perturber, worst, done, total);
        }
        if (attacksCandidates(cell)) {
          return runOnCandidates(perturber, cell, done, total);
        }
        if (cell.side().gallery()) {
          return runWithPerturbedGallery(perturber, cell, done, total);
        }
        int[] order = order();
        int[] items = Arrays.stream(order).map(i -> queries[i]).toArray();
        Tracker tracker = new Tracker(cell, done, total, order);
        Perturbation made = perturb(perturber, cell, items, tracker);
        PerturbedSet straight = reorder(made.set(), order);
        List<QueryResult> results = retrieval.search(trials, straight.embeddings());
        return outcome(
            cell, straight, results, made.evidence(), tracker.shown(results), made.set());
      } catch (IOException e) {
        throw new RunException(
            "The cell %s could not be stored: %s.%nMaybe the disk is full; finished cells are kept, and the same command goes on."
                .formatted(cell.id(), Reason.of(e)),
            e);
      }
    }

    /** Returns what the attacker of a cell works with. */
    private Attacker attacker(Cell cell) {
      return cell instanceof AttackCell attack && attack.threat().surrogate() != null
          ? surrogates.attacker(
              attack.threat().surrogate(),
              store,
              options.batchSize(),
              retrieval.items(),
              options.seed(),
              ticker)
          : new Attacker(model, embeddings, retrieval.clean(), surroundings);
    }

    /**
     * Moves stored embeddings; no image is touched, and the model is not asked. What an embedding
     * is moved by may depend on the gallery, so that every draw moves them anew.
     */
    private CellOutcome runOnEmbeddings(EmbeddingCell cell) {
      int n = trials.size();
      double[] moved = new double[n];
      double[] relative = new double[n];
      List<QueryResult> results = new ArrayList<>();
      for (int draw = 0; draw < trials.count(); draw++) {
        int first = results.size();
        int[] asking = Arrays.stream(trials.of(draw)).map(q -> queries[q]).toArray();
        if (asking.length == 0) {
          continue;
        }
        EmbeddingScene scene =
            scene(cell, draw, cleanResults.subList(first, first + asking.length));
        EmbeddingSet asked = embeddings.select(asking);
        if (cell.side().queries()) {
          EmbeddingAttack.Moved made = cell.attack().move(asked, scene);
          asked = made.embeddings();
          System.arraycopy(made.lengths(), 0, moved, first, asking.length);
        }
        for (int t = first; t < first + asking.length; t++) {
          relative[t] = moved[t] / scene.neighborDistance();
        }
        if (cell.side().gallery()) {
          EmbeddingSet changed = cell.attack().move(retrieval.clean(), scene).embeddings();
          results.addAll(retrieval.search(draw, asked, changed, retrieval.finite()));
        } else {
          results.addAll(retrieval.search(draw, asked));
        }
      }
      Map<String, double[]> values = missed(values(cell, results), cleanFinite());
      if (cell.attack().measuresLength()) {
        values = new LinkedHashMap<>();
        values.put(cell.attack().id(), moved);
        if (Arrays.stream(relative).allMatch(Double::isFinite)) {
          values.put(cell.attack().id() + RELATIVE, relative);
        }
      }
      return new CellOutcome(
          1,
          cell.id(),
          folder.configHash(),
          ids(),
          results.stream().mapToInt(QueryResult::firstRelevantRank).toArray(),
          values,
          Map.of(),
          moved,
          new double[n],
          new double[n],
          new int[n],
          new int[n],
          new int[n],
          0,
          0,
          0,
          0,
          null,
          List.of(),
          List.of(),
          null);
    }

    private CellOutcome runWorstCase(Perturber perturber, WorstCaseCell cell, long done, long total)
        throws IOException {
      Cascade cascade =
          new Cascade(
              cell,
              trials,
              retrieval,
              queries,
              embeddings.select(queries),
              cleanFinite(),
              ranks(cleanResults, cleanFinite()));
      List<AttackCell> attacks = cell.attacks();
      try (ImageFile file = new ImageFile(images.values())) {
        cascade.run(
            perturber,
            order(),
            images.values(),
            file,
            (attack, image, of) -> {
              double before = attacks.subList(0, attack).stream().mapToInt(Cell::cost).sum();
              double share = before + (double) image / of * attacks.get(attack).cost();
              ticker.step("auditing", done + (long) (share * queries.length), total);
            });
        PerturbedSet set = cascade.set();
        double[] left = new double[trials.size()];
        for (int t = 0; t < left.length; t++) {
          left[t] = cascade.brokenBy().get(t).isEmpty() ? 1 : 0;
        }
        int notFinite = 0;
        for (int q = 0; q < queries.length; q++) {
          notFinite += cascade.isPerturbed(q) && !set.finite()[q] ? 1 : 0;
        }
        Tracker tracker = new Tracker(cell, done, total, order());
        List<QueryResult> results = retrieval.search(trials, set.embeddings());
        for (int query : tracker.candidates) {
          float[] pixels = image(cascade, file, query);
          tracker.kept.put(query, new float[][] {image(queries[query]), pixels});
        }
        List<Shown> shown = tracker.shown(results);
        return new CellOutcome(
            1,
            cell.id(),
            folder.configHash(),
            ids(),
            cascade.ranks(),
            Map.of("recall@" + cell.k(), left),
            Map.of(),
            trials.each(set.distanceMoved()),
            trials.each(set.linf()),
            trials.each(set.l2()),
            trials.each(set.steps()),
            trials.each(set.forwards()),
            trials.each(set.backwards()),
            Arrays.stream(set.forwards()).asLongStream().sum(),
            Arrays.stream(set.backwards()).asLongStream().sum(),
            set.overBudget(),
            notFinite,
            keepsImages(cell) ? evidence(cell, cascade, file, set) : null,
            shown,
            shown.stream().flatMap(s -> showcase.files(s).stream()).distinct().toList(),
            cascade.brokenBy());
      }
    }

    private float[] image(int item) {
      float[] pixels = new float[images.values()];
      images.clean(item, pixels, 0);
      return pixels;
    }

    /** A query that no attack has touched is as it was. */
    private float[] image(Cascade cascade, ImageFile file, int query) throws IOException {
      return cascade.isPerturbed(query) ? file.read(query) : image(queries[query]);
    }

    private Evidence.Entry evidence(
        WorstCaseCell cell, Cascade cascade, ImageFile file, PerturbedSet set) {
      EmbeddingSet last = set.embeddings();
      long[] shape = images.batchShape().getShape().clone();
      shape[0] = queries.length;
      return Evidence.write(
          folder.path(),
          cell.id() + ".npz",
          cell.id(),
          npz -> {
            npz.write("ids", last.ids());
            npz.startFloats("images", shape);
            for (int query = 0; query < queries.length; query++) {
              npz.floats(image(cascade, file, query), 0, images.values());
            }
            npz.write("embeddings", last.values(), last.size(), last.dimension());
          });
    }

    /** Films every query, and looks for its neighbor in each frame. */
    private CellOutcome runSequence(SequenceCell cell, long done, long total) {
      Flips flips = new Flips(trials, retrieval, images, cell.sequence().comparesWithFirst());
      int notFinite = 0;
      for (int frame = 0; frame < cell.sequence().frames(); frame++) {
        int number = frame;
        EmbeddingSet given =
            images.embed(
                queries,
                batch -> images.frames(batch, cell.sequence(), number, options.seed()),
                count ->
                    ticker.step("auditing", done + (long) number * queries.length + count, total));
        boolean[] isFinite = Images.finite(given);
        for (boolean is : isFinite) {
          notFinite += is ? 0 : 1;
        }
        flips.frame(zeroWhereNotFinite(given, isFinite), isFinite);
      }
      int n = trials.size();
      int[] frames = new int[n];
      Arrays.fill(frames, cell.sequence().frames());
      double[] unknown = new double[n];
      Arrays.fill(unknown, Double.NaN);
      return new CellOutcome(
          1,
          cell.id(),
          folder.configHash(),
          ids(),
          flips.worstRanks(),
          flips.rates(),
          Map.of(),
          unknown,
          unknown,
          unknown,
          new int[n],
          frames,
          new int[n],
          (long) queries.length * cell.sequence().frames(),
          0,
          0,
          notFinite,
          null,
          List.of(),
          List.of(),
          null);
    }

    /**
     * What is around the embeddings in one draw.
     *
     * @param clean results of its trials
     */
    private EmbeddingScene scene(EmbeddingCell cell, int draw, List<QueryResult> clean) {
      return new EmbeddingScene(
          retrieval.points(draw),
          distance,
          EmbeddingScene.neighborDistance(clean, distance),
          options.seed(),
          cell.id());
    }

    /**
     * Gallery items are attacked one by one; queries as well where both sides are. An image on both
     * sides is attacked once.
     */
    private CellOutcome runWithPerturbedGallery(
        Perturber perturber, Cell cell, long done, long total) throws IOException {
      int[] items = perturbed(cell);
      Tracker tracker = new Tracker(cell, done, total, new int[0]);
      Perturbation made = perturb(perturber, cell, items, tracker);
      PerturbedSet all = made.set();
      PerturbedSet changed = select(all, rows(items, retrieval.items()));
      PerturbedSet asking =
          cell.side().queries()
              ? select(all, rows(items, queries))
              : unchanged(embeddings.select(queries));
      List<QueryResult> results =
          retrieval.search(trials, asking.embeddings(), changed.embeddings(), changed.finite());
      return outcome(cell, asking, results, made.evidence(), List.of(), all);
    }

    private static boolean attacksCandidates(Cell cell) {
      return cell instanceof AttackCell attack && attack.objective().attacksCandidates();
    }

    /**
     * Gallery items are attacked, each as if it were the only one: where it stands for the queries
     * that were drawn for it is what is asked, and no query searches a gallery that holds them all.
     */
    private CellOutcome runOnCandidates(Perturber perturber, Cell cell, long done, long total)
        throws IOException {
      int[] items = perturbed(cell);
      Tracker tracker = new Tracker(cell, done, total, new int[0]);
      Perturbation made = perturb(perturber, cell, items, tracker);
      PerturbedSet set = made.set();
      return new CellOutcome(
          1,
          cell.id(),
          folder.configHash(),
          Arrays.stream(items).mapToLong(i -> images.item(i).id()).toArray(),
          null,
          set.after(),
          set.before(),
          set.distanceMoved(),
          set.linf(),
          set.l2(),
          set.steps(),
          set.forwards(),
          set.backwards(),
          Arrays.stream(set.forwards()).asLongStream().sum(),
          Arrays.stream(set.backwards()).asLongStream().sum(),
          set.overBudget(),
          notFinite(set),
          made.evidence(),
          List.of(),
          List.of(),
          null);
    }

    /** As many items of the gallery as there are queries, those with the smallest hashes. */
    private int[] candidates() {
      return Arrays.stream(retrieval.items())
          .filter(i -> finite[i])
          .boxed()
          .sorted(
              (a, b) ->
                  Long.compareUnsigned(
                      CounterRng.order(options.seed(), images.item(a).id()),
                      CounterRng.order(options.seed(), images.item(b).id())))
          .limit(queries.length)
          .mapToInt(Integer::intValue)
          .sorted()
          .toArray();
    }

    /** Returns the items that a cell perturbs, ascending. */
    private int[] perturbed(Cell cell) {
      if (attacksCandidates(cell)) {
        return candidates();
      }
      IntStream gallery =
          cell.side().gallery() ? Arrays.stream(retrieval.items()) : IntStream.empty();
      IntStream asking = cell.side().queries() ? Arrays.stream(queries) : IntStream.empty();
      return IntStream.concat(gallery, asking).distinct().sorted().toArray();
    }

    /** Returns where items stand among sorted ones. */
    private static int[] rows(int[] sorted, int[] items) {
      return Arrays.stream(items).map(i -> Arrays.binarySearch(sorted, i)).toArray();
    }

    /**
     * Perturbs images, and keeps them and their embeddings as evidence where that was asked for.
     */
    private Perturbation perturb(
        Perturber perturber, Cell cell, int[] items, Perturber.Listener listener)
        throws IOException {
      EmbeddingSet clean = embeddings.select(items);
      if (!keepsImages(cell)) {
        return new Perturbation(perturber.perturb(cell, items, clean, listener), null);
      }
      long[] shape = images.batchShape().getShape().clone();
      shape[0] = items.length;
      PerturbedSet[] made = new PerturbedSet[1];
      Evidence.Entry entry =
          Evidence.write(
              folder.path(),
              cell.id() + ".npz",
              cell.id(),
              npz -> {
                npz.write("ids", clean.ids());
                npz.startFloats("images", shape);
                made[0] =
                    perturber.perturb(
                        cell,
                        items,
                        clean,
                        (start, count, before, after) -> {
                          npz.floats(after, 0, count * images.values());
                          listener.batch(start, count, before, after);
                        });
                EmbeddingSet embeddings = made[0].embeddings();
                npz.write(
                    "embeddings", embeddings.values(), embeddings.size(), embeddings.dimension());
              });
      return new Perturbation(made[0], entry);
    }

    private boolean keepsImages(Cell cell) {
      if (!attacksImages(cell) || options.evidence() == Evidence.Mode.NONE) {
        return false;
      }
      long kept =
          cells.stream()
              .filter(AuditRunner::attacksImages)
              .mapToLong(c -> perturbed(c).length)
              .sum();
      return options.evidence() == Evidence.Mode.ALL
          || kept * images.values() * Float.BYTES <= EVIDENCE_LIMIT;
    }

    /**
     * @param asking the queries, as they are asked
     * @param results one per trial
     * @param made what was perturbed, once
     */
    private CellOutcome outcome(
        Cell cell,
        PerturbedSet asking,
        List<QueryResult> results,
        Evidence.Entry evidence,
        List<Shown> shown,
        PerturbedSet made) {
      Map<String, double[]> values = missed(values(cell, results), asking.finite());
      values.putAll(each(asking.after()));
      return new CellOutcome(
          1,
          cell.id(),
          folder.configHash(),
          ids(),
          ranks(results, asking.finite()),
          values,
          each(asking.before()),
          trials.each(asking.distanceMoved()),
          trials.each(asking.linf()),
          trials.each(asking.l2()),
          trials.each(asking.steps()),
          trials.each(asking.forwards()),
          trials.each(asking.backwards()),
          Arrays.stream(made.forwards()).asLongStream().sum(),
          Arrays.stream(made.backwards()).asLongStream().sum(),
          made.overBudget(),
          notFinite(made),
          evidence,
          shown,
          shown.stream().flatMap(s -> showcase.files(s).stream()).distinct().toList(),
          null);
    }

    private static int notFinite(PerturbedSet made) {
      int notFinite = 0;
      for (boolean is : made.finite()) {
        notFinite += is ? 0 : 1;
      }
      return notFinite;
    }

    private Map<String, double[]> each(Map<String, double[]> perQuery) {
      Map<String, double[]> each = new LinkedHashMap<>();
      perQuery.forEach((name, values) -> each.put(name, trials.each(values)));
      return each;
    }

    /** Which queries have a clean embedding of numbers. */
    private boolean[] cleanFinite() {
      boolean[] are = new boolean[queries.length];
      for (int q = 0; q < queries.length; q++) {
        are[q] = finite[queries[q]];
      }
      return are;
    }

    /** Returns the rank for each trial; a query that is no point has found nothing. */
    private int[] ranks(List<QueryResult> results, boolean[] isFinite) {
      return IntStream.range(0, trials.size())
          .map(
              t ->
                  isFinite[trials.queries()[t]]
                      ? results.get(t).firstRelevantRank()
                      : retrieval.gallery(trials.draws()[t]).length)
          .toArray();
    }

    /** A query that is no point has missed everything. */
    private Map<String, double[]> missed(Map<String, double[]> values, boolean[] isFinite) {
      for (double[] v : values.values()) {
        for (int t = 0; t < v.length; t++) {
          v[t] = isFinite[trials.queries()[t]] ? v[t] : 0;
        }
      }
      return values;
    }

    private long[] ids() {
      return Arrays.stream(trials.queries()).mapToLong(q -> images.item(queries[q]).id()).toArray();
    }

    /** Of a cell that leaves broken queries, the other metrics would mean nothing. */
    private Map<String, double[]> values(Cell cell, List<QueryResult> results) {
      String only = cell instanceof AttackCell a && a.stop() != null ? "recall@" + a.stop() : null;
      Map<String, double[]> values = new LinkedHashMap<>();
      for (RetrievalMetric metric : metrics) {
        String word = Metrics.word(metric);
        if (only == null || only.equals(word)) {
          values.put(word, results.stream().mapToDouble(metric::value).toArray());
        }
      }
      return values;
    }

    /** The order in which queries are perturbed: positions in {@link #queries}. */
    private int[] order() {
      int n = queries.length;
      return IntStream.range(0, n).map(i -> options.reverse() ? n - 1 - i : i).toArray();
    }

    private PerturbedSet reorder(PerturbedSet set, int[] order) {
      int[] inverse = new int[order.length];
      for (int i = 0; i < order.length; i++) {
        inverse[order[i]] = i;
      }
      return select(set, inverse);
    }

    private PerturbedSet select(PerturbedSet set, int[] rows) {
      boolean[] finite = new boolean[rows.length];
      for (int i = 0; i < rows.length; i++) {
        finite[i] = set.finite()[rows[i]];
      }
      return new PerturbedSet(
          set.embeddings().select(rows),
          finite,
          Arrays.stream(rows).mapToDouble(r -> set.distanceMoved()[r]).toArray(),
          Arrays.stream(rows).mapToDouble(r -> set.linf()[r]).toArray(),
          Arrays.stream(rows).mapToDouble(r -> set.l2()[r]).toArray(),
          Arrays.stream(rows).map(r -> set.steps()[r]).toArray(),
          Arrays.stream(rows).map(r -> set.forwards()[r]).toArray(),
          Arrays.stream(rows).map(r -> set.backwards()[r]).toArray(),
          set.overBudget(),
          select(set.before(), rows),
          select(set.after(), rows));
    }

    private static Map<String, double[]> select(Map<String, double[]> measures, int[] rows) {
      Map<String, double[]> selected = new LinkedHashMap<>();
      measures.forEach(
          (name, values) ->
              selected.put(name, Arrays.stream(rows).mapToDouble(r -> values[r]).toArray()));
      return selected;
    }

    private PerturbedSet unchanged(EmbeddingSet clean) {
      boolean[] finite = new boolean[clean.size()];
      Arrays.fill(finite, true);
      return PerturbedSet.untouched(clean, finite);
    }

    /** Moves the bar, and keeps the pixels of the few queries that the report may show. */
    private final class Tracker implements Perturber.Listener {

      private final Cell cell;
      private final long done;
      private final long total;
      private final int[] order;
      private final Map<Integer, float[][]> kept = new TreeMap<>();
      private final List<Integer> candidates;

      /** The trial of each query that is shown: that of its first draw. */
      private final int[] firstTrial = new int[queries.length];

      Tracker(Cell cell, long done, long total, int[] order) {
        this.cell = cell;
        this.done = done;
        this.total = total;
        this.order = order;
        for (int t = trials.size() - 1; t >= 0; t--) {
          firstTrial[trials.queries()[t]] = t;
        }
        // Queries that the clean model gets right, in a seeded order: no cherry is picked.
        this.candidates =
            IntStream.range(0, Plan.worthShowing(cells).contains(cell) ? queries.length : 0)
                .boxed()
                .filter(i -> cleanResults.get(firstTrial[i]).firstRelevantRank() == 1)
                .sorted(
                    (a, b) ->
                        Long.compareUnsigned(
                            CounterRng.order(~options.seed(), images.item(queries[a]).id()),
                            CounterRng.order(~options.seed(), images.item(queries[b]).id())))
                .limit(SHOWN_PER_CELL)
                .toList();
      }

      @Override
      public void batch(int start, int count, float[] clean, float[] perturbed) {
        for (int i = 0; i < count && order.length > 0; i++) {
          int query = order[start + i];
          if (candidates.contains(query)) {
            int from = i * images.values();
            kept.put(
                query,
                new float[][] {
                  Arrays.copyOfRange(clean, from, from + images.values()),
                  Arrays.copyOfRange(perturbed, from, from + images.values())
                });
          }
        }
        ticker.step("auditing", done + (start + (long) count) * cell.cost(), total);
      }

      List<Shown> shown(List<QueryResult> results) {
        List<Shown> list = new ArrayList<>();
        for (int query : candidates) {
          float[][] pixels = kept.get(query);
          list.add(
              showcase.draw(
                  cell,
                  list.size() + 1,
                  queries[query],
                  pixels[0],
                  pixels[1],
                  retrieval.gallery(trials.draws()[firstTrial[query]]),
                  cleanResults.get(firstTrial[query]),
                  results.get(firstTrial[query])));
        }
        return list;
      }
    }
  }
}
