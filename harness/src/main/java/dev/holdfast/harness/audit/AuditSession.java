package dev.holdfast.harness.audit;

import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.harness.audit.cell.CellContext;
import dev.holdfast.harness.audit.cell.EmbeddingCells;
import dev.holdfast.harness.audit.cell.ExamplePictures;
import dev.holdfast.harness.audit.cell.ImageCells;
import dev.holdfast.harness.audit.cell.SequenceCells;
import dev.holdfast.harness.audit.cell.Surrogates;
import dev.holdfast.harness.audit.cell.WorstCaseCells;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.harness.npz.ClassLabels;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.Evidence;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.plan.SequenceCell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.retrieval.DrawSearch;
import dev.holdfast.harness.runtime.AuditProgress;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.CountingModel;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.harness.trust.ProbeReport;
import dev.holdfast.harness.trust.TrustChecks;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Ranks;
import dev.holdfast.metrics.RetrievalMetric;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.knn.Scope;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.reports.result.Audit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Session of an audit with its model and data open: embeds, asks, runs cell by cell, and has the
 * report assembled.
 */
final class AuditSession {

  private static final String CLEAN = "clean";

  private final AuditSpec options;
  private final ConsoleProgress ticker;
  private final CountingModel model;
  private final Surrogates surrogates;
  private final ImageSet set;
  private final PixelCache store;
  private final List<Cell> cells;
  private final AuditFolder folder;
  private final ImageBatches images;
  private final List<RetrievalMetric> metrics;

  AuditSession(
      AuditSpec options,
      ConsoleProgress ticker,
      CountingModel model,
      Surrogates surrogates,
      ImageSet set,
      PixelCache store,
      List<Cell> cells,
      AuditFolder folder) {
    this.options = options;
    this.ticker = ticker;
    this.model = model;
    this.surrogates = surrogates;
    this.set = set;
    this.store = store;
    this.cells = cells;
    this.folder = folder;
    this.images = new ImageBatches(store, model, options.batchSize());
    this.metrics =
        options.battery().metrics().stream().map(m -> MetricNames.parse(m, "the battery")).toList();
  }

  /** Runs what is missing. */
  Audit run(Instant started) {
    List<QueryGallerySplit> draws = set.protocol().draw(store.items());
    EmbeddingSet given = embeddings(draws);
    boolean[] finite = ImageBatches.finite(given);
    EmbeddingSet embeddings = ImageBatches.zeroWhereNotFinite(given, finite);
    int[] chosen = chooseQueries(draws);
    Distance distance = model.card().embedding().metric();
    try (DrawSearch retrieval =
            new DrawSearch(
                draws,
                embeddings,
                finite,
                distance,
                model.manager(),
                Scope.of(metrics).atLeast(8).atLeast(Ranks.FIRST));
        GalleryView galleryView =
            new GalleryView(
                retrieval.points(),
                distance,
                model.card().embedding().normalize(),
                options.seed(),
                Map.of(),
                model.manager())) {
      CleanBaseline clean =
          CleanBaseline.measure(
              options.data().text(),
              chosen,
              draws,
              images,
              options.seed(),
              metrics,
              embeddings,
              finite,
              retrieval,
              galleryView);
      CellContext context =
          new CellContext(
              options,
              ticker,
              model,
              surrogates,
              store,
              cells,
              folder,
              images,
              new ExamplePictures(folder.path(), images, model.card().input().spec()),
              clean);
      AuditProgress progress = new AuditProgress(ticker, model);
      TrustChecks checks = new TrustChecks(context, progress);
      cells.forEach(cell -> progress.plan(cell.id(), cost(context, cell)));
      checks.plan(Map.of());
      ProbeReport probed = checks.before();
      CellOutcome unperturbed = unperturbed(clean);
      Map<Cell, CellOutcome> outcomes = runCells(context, progress, checks);
      probed = probed.and(checks.blackBox(outcomes));
      probed = probed.and(checks.convergence(outcomes, probed.passes()));
      probed = probed.and(checks.reliability(outcomes));
      probed = probed.and(checks.afterwards());
      ticker.close();
      return new AuditWriter(context, set, draws, chosen.length - clean.queries().length)
          .write(unperturbed, outcomes, probed, started);
    }
  }

  /** Embeds every image once; a resumed run takes the embeddings that were stored. */
  private EmbeddingSet embeddings(List<QueryGallerySplit> draws) {
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
              npz.write(ClassLabels.CLASS_NAMES, set.classNames());
              if (fresh.groups() != null) {
                npz.write("groups", fresh.groups());
              }
              for (int d = 0; set.protocol() != Protocol.SELF_RETRIEVAL && d < draws.size(); d++) {
                int[] rows = draws.get(d).gallery();
                npz.write("gallery_rows_" + d, Arrays.stream(rows).asLongStream().toArray());
              }
            });
    folder.write("gallery", entry);
    return fresh;
  }

  private int[] chooseQueries(List<QueryGallerySplit> draws) {
    int limit = options.battery().limitQueries();
    int[] all =
        draws.stream().flatMapToInt(d -> Arrays.stream(d.queries())).distinct().sorted().toArray();
    return images.chosen(all, limit, options.seed());
  }

  private CellOutcome unperturbed(CleanBaseline clean) {
    Optional<CellOutcome> stored = folder.cell(CLEAN);
    if (stored.isPresent()) {
      return stored.get();
    }
    int n = clean.trials().size();
    int[] ones = new int[n];
    Arrays.fill(ones, 1);
    boolean[] finite = clean.queriesFinite();
    CellOutcome outcome =
        CellOutcome.of(CLEAN, folder.configHash(), clean.ids())
            .found(
                clean.ranks(clean.results(), finite), clean.values(null, clean.results(), finite))
            .forwards(ones, images.count(), ImageBatches.countNotFinite(clean.finite()))
            .build();
    folder.write(CLEAN, outcome);
    return outcome;
  }

  private Map<Cell, CellOutcome> runCells(
      CellContext context, AuditProgress progress, TrustChecks checks) {
    Map<Cell, CellOutcome> outcomes = new LinkedHashMap<>();
    boolean resumed = false;
    try (WorstCaseCells worstCases = new WorstCaseCells(context)) {
      for (Cell cell : cells) {
        Optional<CellOutcome> stored = folder.cell(cell.id());
        if (stored.isPresent()) {
          outcomes.put(cell, stored.get());
          progress.leaveOut(cell.id());
          resumed = true;
        } else {
          if (resumed) {
            ticker.say(outcomes.size() + " finished cells were found; going on from there.");
            resumed = false;
          }
          CellOutcome outcome =
              progress.during(cell.id(), step -> run(context, worstCases, cell, step));
          folder.write(cell.id(), outcome);
          outcomes.put(cell, outcome);
        }
        checks.plan(outcomes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return outcomes;
  }

  /** What a cell costs, rows of padding included. */
  private static long cost(CellContext context, Cell cell) {
    int size = context.images().batchSize();
    return (context.perturbed(cell).length + size - 1L) / size * size * cell.cost();
  }

  private static CellOutcome run(
      CellContext context, WorstCaseCells worstCases, Cell cell, LongConsumer step) {
    try {
      if (cell instanceof EmbeddingCell moved) {
        return new EmbeddingCells(context).run(moved);
      }
      if (cell instanceof SequenceCell filmed) {
        return new SequenceCells(context).run(filmed, step);
      }
      if (cell instanceof WorstCaseCell worst) {
        return worstCases.run(worst, step);
      }
      return new ImageCells(context).run(cell, step);
    } catch (IOException e) {
      throw new RunException(
          "The cell %s could not be stored: %s.%nMaybe the disk is full; finished cells are kept, and the same command goes on."
              .formatted(cell.id(), Reason.of(e)),
          e);
    }
  }
}
