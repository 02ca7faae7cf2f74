package dev.holdfast.harness.audit;

import ai.djl.engine.Engine;
import dev.holdfast.attacks.corruption.FrostTextures;
import dev.holdfast.harness.audit.cell.Surrogates;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.runtime.BuildInfo;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.CountingModel;
import dev.holdfast.harness.runtime.DataSets;
import dev.holdfast.harness.runtime.Devices;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.reports.result.Audit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Runs an audit from end to end: load once, embed the gallery once, then cell by cell perturb,
 * embed, score and store, and at last assemble the report from what is stored.
 */
public final class AuditRunner {

  private final AuditSpec options;
  private final ConsoleProgress ticker;

  /** Prepares a run; {@link #run} does it. */
  public AuditRunner(AuditSpec options, ConsoleProgress ticker) {
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
    AuditFolder.refuseOther(options.out());
    ImageSet set = DataSets.open(options.data());
    try (EmbeddingModel model = ModelLoader.open(options.model(), Devices.of(options.device()))) {
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
      List<Cell> cells =
          Plan.of(options.battery(), spec, surrogates.identities(), frost).stream()
              .filter(cell -> Plan.suits(cell, model.card().embedding().metric()))
              .toList();
      try (PixelCache store =
          PixelCache.open(set, spec, CacheFolder.path(), ticker, options.strict())) {
        // Refuses what cannot work before anything is written.
        new ImageBatches(store, model, options.batchSize());
        check(cells, store, set.protocol());
        surrogates.check(options.battery(), store, options.batchSize());
        Map<String, String> config = config(model, surrogates, set, store, cells);
        try (AuditFolder folder = AuditFolder.open(options.out(), config, options.fresh())) {
          return run(
              new AuditSession(
                  options, ticker, new CountingModel(model), surrogates, set, store, cells, folder),
              folder,
              started);
        }
      }
    }
  }

  /** What only the first pass tells, such as a network made for other batches, leaves nothing. */
  private static Audit run(AuditSession audit, AuditFolder folder, Instant started) {
    try {
      return audit.run(started);
    } catch (InputException e) {
      folder.withdraw();
      throw e;
    }
  }

  /** Pictures of the report would be images of the next audit. */
  private void refuseInsideData() {
    Path out = options.out().toAbsolutePath().normalize();
    if (options.data().paths().stream()
        .anyMatch(data -> out.startsWith(data.toAbsolutePath().normalize()))) {
      throw InputException.of(
          "out",
          options.out(),
          "the command line",
          "lie outside of the data",
          "use a folder beside it");
    }
  }

  /** Refuses objectives that have nothing to aim at in this data. */
  private static void check(List<Cell> cells, PixelCache store, Protocol protocol) {
    List<ImageItem> items = store.items();
    List<QueryGallerySplit> draws = protocol.draw(items);
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
      PixelCache store,
      List<Cell> cells) {
    Map<String, String> config = new TreeMap<>();
    config.put("model", model.sha256());
    config.put("card", AuditFolder.MAPPER.writeValueAsString(model.card().toMap()));
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
        BuildInfo.version().endsWith("-SNAPSHOT")
            ? BuildInfo.version() + " " + BuildInfo.commit()
            : BuildInfo.version());
    config.put("pytorch", Engine.getEngine("PyTorch").getVersion());
    return config;
  }

  /** The fingerprint of the images says nothing of what they are: a manifest may change alone. */
  private static String classes(PixelCache store) {
    MessageDigest digest = Sha256.digest();
    for (ImageItem item : store.items()) {
      String line =
          String.join(
              "\n",
              Long.toHexString(item.id()),
              item.path(),
              item.className(),
              item.role().id(),
              item.group(),
              "");
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Sha256.hex(digest).substring(0, 16);
  }
}
