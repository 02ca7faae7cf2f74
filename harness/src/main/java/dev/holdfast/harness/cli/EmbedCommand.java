package dev.holdfast.harness.cli;

import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.harness.run.Ticker;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.reports.AtomicFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Embeddings for use elsewhere. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = "Write the embeddings, labels and item ids of a data set to a .npz file.")
final class EmbedCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "MODEL", description = "As for audit.")
  private Path model;

  @Mixin private DataOptions data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.npz",
      description = "Arrays embeddings (N x D float32), labels and ids (N int64).")
  private Path out;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    engine.apply();
    try (Ticker ticker = EngineOptions.ticker(spec.commandLine());
        ModelSession session = ModelSession.open(model, data, engine, ticker)) {
      int[] everything = IntStream.range(0, session.images().count()).toArray();
      EmbeddingSet set = session.images().embed(everything, "embedding", ticker);
      session.images().refuseNotFinite(set);
      AtomicFile.write(
          out,
          stream -> {
            NpzWriter npz = new NpzWriter(stream);
            npz.write("embeddings", set.values(), set.size(), set.dimension());
            npz.write("labels", set.labels());
            npz.write("ids", set.ids());
            npz.finish();
          });
      ticker.close();
      spec.commandLine()
          .getOut()
          .printf("%d embeddings of dimension %d: %s%n", set.size(), set.dimension(), out);
      session
          .store()
          .broken()
          .forEach(
              b -> spec.commandLine().getErr().printf("Not read: %s (%s)%n", b.path(), b.reason()));
      spec.commandLine().getOut().flush();
      return Holdfast.OK;
    }
  }
}
