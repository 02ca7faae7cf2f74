package dev.holdfast.harness.cli;

import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.harness.run.Ticker;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.models.data.Draw;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
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
      description =
          "Arrays embeddings (N x D float32), labels and ids (N int64), and groups where the data have them.")
  private Path out;

  @Option(
      names = "--gallery-out",
      paramLabel = "FILE.npz",
      description =
          "The same for the gallery, where the data have queries and a gallery of their own; then --out has the queries.")
  private Path galleryOut;

  @Mixin private EngineOptions engine;

  /** Queries and gallery in one file would be scored as if each could find the other. */
  private void checkGallery(ImageSet set, Protocol protocol) {
    boolean apart = protocol == Protocol.QUERY_GALLERY;
    if (apart == (galleryOut != null)) {
      return;
    }
    throw InputException.of(
        "gallery out",
        galleryOut == null ? "missing" : galleryOut,
        "the command line",
        apart
            ? "be given, since " + set.name() + " has queries and a gallery of their own"
            : "be left out, since every image of " + set.name() + " is a query",
        apart ? "add --gallery-out FILE.npz" : "the data were meant to have the column role");
  }

  private void write(EmbeddingSet set, Path file) {
    AtomicFile.write(
        file,
        stream -> {
          NpzWriter npz = new NpzWriter(stream);
          npz.write("embeddings", set.values(), set.size(), set.dimension());
          npz.write("labels", set.labels());
          npz.write("ids", set.ids());
          if (set.groups() != null) {
            npz.write("groups", set.groups());
          }
          npz.finish();
        });
    spec.commandLine()
        .getOut()
        .printf("%d embeddings of dimension %d: %s%n", set.size(), set.dimension(), file);
  }

  @Override
  public Integer call() {
    engine.apply();
    Outputs.requireArrays("out", out);
    Outputs.requireArrays("gallery-out", galleryOut);
    try (Ticker ticker = EngineOptions.ticker(spec.commandLine());
        ModelSession session = ModelSession.open(model, data, engine, ticker)) {
      Protocol protocol = session.set().protocol();
      checkGallery(session.set(), protocol);
      int[] everything = IntStream.range(0, session.images().count()).toArray();
      Draw draw = protocol.draw(session.store().items()).get(0);
      EmbeddingSet set = session.images().embed(everything, "embedding", ticker);
      session.images().refuseNotFinite(set, false);
      session.images().refuseZeroVectors(set);
      ticker.close();
      if (protocol == Protocol.QUERY_GALLERY) {
        write(set.select(draw.queries()), out);
        write(set.select(draw.gallery()), galleryOut);
      } else {
        write(set, out);
      }
      if (protocol == Protocol.ONE_IMAGE_GALLERY) {
        spec.commandLine()
            .getErr()
            .printf(
                "An audit of %s searches in %d drawn galleries; score searches all against all.%n",
                session.set().name(), protocol.draws());
      }
      session.tell(spec.commandLine().getErr());
      spec.commandLine().getOut().flush();
      return Holdfast.OK;
    }
  }
}
