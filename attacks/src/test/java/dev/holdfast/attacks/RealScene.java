package dev.holdfast.attacks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.engine.ToyEmbedder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;

/** A real network under attack, its own embeddings as the gallery. */
record RealScene(
    EmbeddingModel model,
    NDManager manager,
    GalleryView galleryView,
    NDArray images,
    EmbeddingSet clean)
    implements AutoCloseable {

  /** Opens a model of the folder named by {@code holdfast.models}; skips the test without it. */
  static RealScene open(String name, int batch) {
    Path folder = Path.of(System.getProperty("holdfast.models", ""), name);
    assumeTrue(Files.isDirectory(folder), "holdfast.models has no folder " + name);
    EmbeddingModel model = ModelLoader.open(folder, Device.cpu());
    NDManager manager = model.manager().newSubManager();
    NDArray images = ToyEmbedder.images(model.card(), batch, 3, manager);
    EmbeddingSet clean =
        new EmbeddingSet(
            model.embed(images).toFloatArray(),
            model.card().embedding().dimension(),
            LongStream.range(0, batch).toArray(),
            LongStream.range(0, batch).map(i -> i % 2).toArray());
    GalleryView galleryView =
        new GalleryView(
            clean,
            model.card().embedding().metric(),
            model.card().embedding().normalize(),
            7,
            Map.of(),
            manager);
    return new RealScene(model, manager, galleryView, images, clean);
  }

  AttackTask task(Objective objective, Norm norm, double epsilon) {
    return new AttackTask(
        model,
        clean,
        Attacking.pixels(images.toFloatArray(), clean),
        objective.aim(galleryView, clean),
        objective.hasZeroGradientAtClean(),
        null,
        norm,
        epsilon,
        7,
        "cell",
        clean.size(),
        false);
  }

  @Override
  public void close() {
    galleryView.close();
    model.close();
  }
}
