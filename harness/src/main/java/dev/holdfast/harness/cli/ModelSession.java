package dev.holdfast.harness.cli;

import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.Devices;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.engine.ModelLoader;
import java.io.PrintWriter;
import java.nio.file.Path;

/** A candidate and its images, open. */
record ModelSession(EmbeddingModel model, ImageSet set, PixelCache store, ImageBatches images)
    implements AutoCloseable {

  static ModelSession open(
      Path path, DataOptions data, EngineOptions engine, ConsoleProgress ticker) {
    ImageSet set = data.open();
    EmbeddingModel model = ModelLoader.open(path, Devices.of(engine.device()));
    try {
      PixelCache store =
          PixelCache.open(
              set, model.card().input().spec(), CacheFolder.path(), ticker, data.strict());
      return new ModelSession(
          model, set, store, new ImageBatches(store, model, engine.batchSize()));
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Tells what users of the results should know of the images, and names those left out. */
  void tell(PrintWriter err) {
    set.notes().forEach(err::println);
    store.notes().forEach(err::println);
    store.broken().forEach(b -> err.printf("Not read: %s (%s)%n", b.path(), b.reason()));
    if (!store.broken().isEmpty()) {
      err.printf(
          "%d of %d images could not be read and are left out.%n",
          store.broken().size(), store.broken().size() + store.size());
    }
    err.flush();
  }

  @Override
  public void close() {
    store.close();
    model.close();
  }
}
