package dev.holdfast.harness.cli;

import dev.holdfast.harness.npz.ClassLabels;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import java.nio.file.Path;
import java.util.List;
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
          "Arrays embeddings (N x D float32), labels and ids (N int64), class_names (label i is the class of that name), and groups where the data have them.")
  private Path out;

  @Option(
      names = "--gallery-out",
      paramLabel = "FILE.npz",
      description =
          "The same for the gallery, where the data have queries and a gallery of their own (--query and --gallery, or roles); then --out has the queries.")
  private Path galleryOut;

  @Mixin private EngineOptions engine;

  /** Queries and gallery in one file would be scored as if each could find the other. */
  private void checkGallery(ImageSet set, boolean apart) {
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

  private void write(EmbeddingSet set, List<String> classNames, Path file) {
    AtomicFile.write(
        file,
        stream -> {
          NpzWriter npz = new NpzWriter(stream);
          npz.write("embeddings", set.values(), set.size(), set.dimension());
          npz.write("labels", set.labels());
          npz.write("ids", set.ids());
          npz.write(ClassLabels.CLASS_NAMES, classNames);
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
    OutputChecks.requireArrays("out", out);
    OutputChecks.requireArrays("gallery-out", galleryOut);
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine());
        ModelSession session = ModelSession.open(model, data, engine, ticker)) {
      Protocol protocol = session.set().protocol();
      // Where all queries stand in the gallery, the protocol is that of one set.
      boolean apart = protocol == Protocol.QUERY_GALLERY || data.source().isPair();
      checkGallery(session.set(), apart);
      List<String> names = session.set().classNames();
      int[] everything = IntStream.range(0, session.images().count()).toArray();
      QueryGallerySplit draw = protocol.draw(session.store().items()).get(0);
      EmbeddingSet set = session.images().embed(everything, "embedding", ticker);
      session.images().refuseNotFinite(set, false);
      session.images().refuseZeroVectors(set);
      ticker.close();
      if (apart) {
        write(set.select(draw.queries()), names, out);
        write(set.select(draw.gallery()), names, galleryOut);
      } else {
        write(set, names, out);
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
