package dev.holdfast.harness.cli;

import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.attacks.trust.FiniteEmbeddings;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.harness.trust.Inspection;
import dev.holdfast.harness.trust.Verdicts;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A look at a candidate before an audit. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Probe a model: shapes, range, determinism, gradients, dependence on the batch.",
      "Takes the data that audit takes; without any, the embedded data set."
    })
final class InspectCommand implements Callable<Integer> {

  private static final int SAMPLE = 256;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "MODEL", description = "As for audit.")
  private Path model;

  @Mixin private DataOptions data;

  @Option(
      names = "--limit-queries",
      paramLabel = "N",
      description =
          "Probe it with N images, chosen by seed and id as in audit; 0 for all. At most "
              + (2 * SAMPLE - 1)
              + " are embedded.")
  private int limitQueries;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    engine.apply();
    ImageBatches.checkLimit(limitQueries);
    PrintWriter out = spec.commandLine().getOut();
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine());
        ModelSession session = ModelSession.open(model, data.orShapes(), engine, ticker)) {
      EmbeddingModel candidate = session.model();
      ImageBatches images = session.images();
      ModelCard card = candidate.card();
      int[] all = IntStream.range(0, images.count()).toArray();
      int[] chosen = images.chosen(all, limitQueries, engine.seed());
      int step = Math.max(1, chosen.length / SAMPLE);
      int[] sample =
          IntStream.iterate(0, i -> i < chosen.length, i -> i + step).map(i -> chosen[i]).toArray();
      EmbeddingSet embeddings = images.embed(sample, "embedding", ticker);
      images.refuseNotFinite(embeddings, true);
      boolean[] finite = ImageBatches.finite(embeddings);
      int[] usable = IntStream.range(0, finite.length).filter(i -> finite[i]).toArray();
      ticker.close();
      out.printf("model       %s%n", card.name());
      out.printf("sha256      %s%n", candidate.sha256());
      out.printf("input       %s, %s%n", images.batchShape(), card.input().spec().color().id());
      out.printf(
          "embedding   %d numbers, %s, %s distance%n",
          embeddings.dimension(),
          card.embedding().normalize() ? "scaled to length 1" : "as the network gives them",
          card.embedding().distance());
      range(embeddings.select(usable), out);
      out.println();
      int[] items = Arrays.stream(usable).map(i -> sample[i]).toArray();
      List<Finding> findings =
          new ArrayList<>(
              new Inspection(candidate, images, engine.seed())
                  .run(items, embeddings.select(usable)));
      findings.add(FiniteEmbeddings.all(sample.length - usable.length, 0));
      List<TrustVerdict> verdicts = Verdicts.of(findings);
      for (TrustVerdict v : verdicts) {
        out.printf(
            "%-21s %-10s %s%n",
            v.check(), v.verdict().name().toLowerCase(Locale.ROOT), v.finding());
      }
      out.flush();
      session.tell(spec.commandLine().getErr());
      return verdicts.stream().anyMatch(v -> v.verdict() == Verdict.UNRELIABLE)
          ? Holdfast.UNRELIABLE
          : Holdfast.OK;
    }
  }

  private static void range(EmbeddingSet set, PrintWriter out) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double shortest = Double.POSITIVE_INFINITY;
    double longest = 0;
    for (int i = 0; i < set.size(); i++) {
      for (float v : set.row(i)) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      double length = Math.sqrt(Vectors.square(set.values(), i * set.dimension(), set.dimension()));
      shortest = Math.min(shortest, length);
      longest = Math.max(longest, length);
    }
    out.printf(
        Locale.ROOT,
        "values      from %.4g to %.4g, length from %.4g to %.4g, over %d images%n",
        low,
        high,
        shortest,
        longest,
        set.size());
  }
}
