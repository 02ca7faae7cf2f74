package dev.holdfast.harness.audit;

import ai.djl.engine.Engine;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.audit.cell.CellContext;
import dev.holdfast.harness.audit.rows.QueryRows;
import dev.holdfast.harness.audit.rows.ResultRows;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.Evidence;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.retrieval.CleanBaseline;
import dev.holdfast.harness.runtime.BuildInfo;
import dev.holdfast.harness.trust.OutcomeChecks;
import dev.holdfast.harness.trust.ProbeReport;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.BrokenImage;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.ModelInfo;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.Run;
import dev.holdfast.reports.result.ThreatInfo;
import dev.holdfast.reports.result.TrustVerdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writer of the files of a finished audit, from its cells. Nothing is computed twice here. */
final class AuditWriter {

  private final CellContext context;
  private final CleanBaseline clean;
  private final ImageSet set;
  private final List<QueryGallerySplit> draws;
  private final int excluded;

  /**
   * @param excluded queries that were chosen and have no relevant item
   */
  AuditWriter(CellContext context, ImageSet set, List<QueryGallerySplit> draws, int excluded) {
    this.context = context;
    this.clean = context.clean();
    this.set = set;
    this.draws = draws;
    this.excluded = excluded;
  }

  Audit write(
      CellOutcome unperturbed,
      Map<Cell, CellOutcome> outcomes,
      ProbeReport probed,
      Instant started) {
    List<TrustVerdict> trust = new ArrayList<>(probed.verdicts());
    trust.addAll(OutcomeChecks.of(unperturbed, outcomes));
    Audit audit =
        new Audit(
            Audit.SCHEMA_VERSION,
            new ModelInfo(
                context.model().card().name(),
                context.model().sha256(),
                context.model().card().toMap()),
            data(),
            context.options().battery().name(),
            threats(outcomes.keySet()),
            new ResultRows(context.model().card(), set.name(), clean).of(unperturbed, outcomes),
            trust,
            provenance(unperturbed, outcomes, probed, started));
    List<Example> shown = outcomes.values().stream().flatMap(o -> o.shown().stream()).toList();
    AuditFiles.writeShown(context.folder().path(), shown);
    writeEvidenceIndex(outcomes);
    AuditFiles.writeQueries(
        context.folder().path(),
        new QueryRows(context.store().items(), clean).of(unperturbed, outcomes));
    AuditFiles.writeAudit(context.folder().path(), audit);
    AuditFiles.render(context.folder().path());
    return audit;
  }

  private DataInfo data() {
    List<ImageItem> items = context.store().items();
    return new DataInfo(
        set.name(),
        set.part(),
        context.store().fingerprint(),
        set.protocol().id(),
        clean.trials().count(),
        items.size(),
        (int) items.stream().mapToLong(ImageItem::label).distinct().count(),
        clean.queries().length,
        draws.get(0).gallery().length,
        excluded,
        notes(),
        context.store().broken().stream().map(b -> new BrokenImage(b.path(), b.reason())).toList());
  }

  private List<String> notes() {
    return Stream.of(
            set.notes().stream(),
            context.store().notes().stream(),
            Plan.leftOut(context.options().battery(), context.model().card().embedding().metric())
                .stream())
        .flatMap(all -> all)
        .toList();
  }

  private static List<ThreatInfo> threats(Set<Cell> cells) {
    Set<ThreatInfo> threats = new LinkedHashSet<>();
    for (Cell cell : cells) {
      ThreatModel t = cell.threat();
      if (t != null) {
        threats.add(
            new ThreatInfo(
                t.hash(),
                t.norm().id(),
                t.epsilon().text(),
                t.epsilon().value(),
                t.side().id(),
                t.knowledgeInWords()));
      }
    }
    return List.copyOf(threats);
  }

  private Provenance provenance(
      CellOutcome unperturbed,
      Map<Cell, CellOutcome> outcomes,
      ProbeReport probed,
      Instant started) {
    Engine engine = Engine.getEngine("PyTorch");
    Map<String, String> libraries = new TreeMap<>();
    libraries.put("djl", BuildInfo.djl());
    libraries.put("pytorch", engine.getVersion());
    Instant finished = Instant.now();
    long forwards =
        unperturbed.totalForwards()
            + outcomes.values().stream().mapToLong(CellOutcome::totalForwards).sum()
            + surrogates(outcomes.keySet()) * context.store().items().size();
    return new Provenance(
        context.folder().configHash(),
        BuildInfo.version(),
        BuildInfo.commit(),
        libraries,
        context.options().seed(),
        context.options().batchSize(),
        forwards,
        outcomes.values().stream().mapToLong(CellOutcome::totalBackwards).sum(),
        probed.forwards(),
        probed.backwards(),
        new Run(
            started.truncatedTo(ChronoUnit.SECONDS).toString(),
            finished.truncatedTo(ChronoUnit.SECONDS).toString(),
            Duration.between(started, finished).toMillis() / 1000.0,
            host(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            System.getProperty("java.vendor") + " " + System.getProperty("java.version"),
            context.options().device(),
            context.options().threads()));
  }

  /** Returns how many models beside the candidate embed all images, each once. */
  private static long surrogates(Set<Cell> cells) {
    return cells.stream()
        .filter(AttackCell.class::isInstance)
        .map(cell -> ((AttackCell) cell).threat().surrogate())
        .filter(Objects::nonNull)
        .distinct()
        .count();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private void writeEvidenceIndex(Map<Cell, CellOutcome> outcomes) {
    List<Evidence.Entry> entries = new ArrayList<>();
    entries.add(
        context
            .folder()
            .read("gallery", Evidence.Entry.class)
            .orElseThrow(() -> new RunException("The stored embeddings have disappeared.")));
    outcomes.values().stream()
        .map(CellOutcome::evidence)
        .filter(Objects::nonNull)
        .forEach(entries::add);
    outcomes.values().stream()
        .flatMap(outcome -> outcome.pictures().stream())
        .distinct()
        .forEach(entries::add);
    AtomicFile.write(
        context.folder().path().resolve(Evidence.FOLDER).resolve(Evidence.INDEX),
        AuditFolder.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(entries) + "\n");
  }
}
