import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.Pgd;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.image.InputSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Times PGD-10 towards single targets, every step taken, and recall@1 under PGD-32 against the
 * margin, with and without early exit. The other half of a comparison is {@code pgd_times.py};
 * {@code compare-pgd} runs both.
 *
 * <p>Arguments: a model, the prefix of the files that {@code pgd_times.py make} wrote, epsilon in
 * parts of 255, the number of queries (the first images of the gallery), the batch size.
 */
public final class PgdTimes {

  private static final PrintStream OUT = System.out;

  /** Java compiles what runs often. */
  private static final int WARM_UP = 8;

  private static final int REPETITIONS = 9;

  private final EmbeddingModel model;
  private final EmbeddingSet gallery;
  private final EmbeddingSet queries;
  private final GalleryView galleryView;
  private final float[] pixels;
  private final double epsilon;
  private final int batch;

  private PgdTimes(
      EmbeddingModel model, float[] pixels, long[] labels, double epsilon, int queries, int batch) {
    this.model = model;
    this.pixels = pixels;
    this.epsilon = epsilon;
    this.batch = batch;
    long[] ids = LongStream.range(0, labels.length).toArray();
    this.gallery =
        new EmbeddingSet(
            embed(pixels, labels.length), model.card().embedding().dimension(), ids, labels);
    this.queries = gallery.select(LongStream.range(0, queries).mapToInt(i -> (int) i).toArray());
    this.galleryView =
        new GalleryView(
            gallery,
            model.card().embedding().metric(),
            model.card().embedding().normalize(),
            1,
            Map.of(),
            model.manager());
  }

  /**
   * Prints one line for each measurement.
   *
   * @param args see the class
   */
  public static void main(String[] args) throws IOException {
    try (EmbeddingModel model = ModelLoader.open(Path.of(args[0]), Device.cpu())) {
      ByteBuffer stored = read(Path.of(args[1] + ".pixels"));
      float[] pixels = new float[stored.remaining() / Float.BYTES];
      stored.asFloatBuffer().get(pixels);
      ByteBuffer classes = read(Path.of(args[1] + ".labels"));
      long[] labels = new long[classes.remaining() / Long.BYTES];
      classes.asLongBuffer().get(labels);
      PgdTimes times =
          new PgdTimes(
              model,
              pixels,
              labels,
              Double.parseDouble(args[2]) / 255,
              Integer.parseInt(args[3]),
              Integer.parseInt(args[4]));
      double[] seconds = new double[REPETITIONS];
      long start = 0;
      for (int i = -WARM_UP; i < REPETITIONS; i++) {
        start = System.nanoTime();
        times.attack(new Pgd(10, null, false), new SingleTarget(), null, false);
        if (i >= 0) {
          seconds[i] = seconds(start);
        }
      }
      Arrays.sort(seconds);
      OUT.printf("ours pgd-10 %.3f s%n", seconds[REPETITIONS / 2]);
      for (boolean early : new boolean[] {true, false}) {
        start = System.nanoTime();
        CellObjective margin = new Margin(1).aim(times.galleryView, times.queries);
        float[] adversarial =
            times.attack(new Pgd(32, null, false), new Margin(1), margin, early);
        double recall = times.recall(times.embed(adversarial, times.queries.size()));
        OUT.printf(
            "ours %s %.3f s recall %.4f%n", early ? "early-exit" : "every-step", seconds(start), recall);
      }
      times.galleryView.close();
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static ByteBuffer read(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
  }

  private float[] embed(float[] images, int count) {
    InputSpec spec = model.card().input().spec();
    int dimension = model.card().embedding().dimension();
    float[] all = new float[count * dimension];
    for (int from = 0; from < count; from += batch) {
      int rows = Math.min(batch, count - from);
      float[] padded = new float[batch * spec.values()];
      System.arraycopy(images, from * spec.values(), padded, 0, rows * spec.values());
      try (NDManager manager = model.manager().newSubManager()) {
        Shape shape = new Shape(batch, spec.color().channels(), spec.height(), spec.width());
        NDArray embeddings = model.embed(manager.create(padded, shape));
        System.arraycopy(embeddings.toFloatArray(), 0, all, from * dimension, rows * dimension);
      }
    }
    return all;
  }

  private float[] attack(Pgd attack, Objective objective, CellObjective stop, boolean early) {
    int values = model.card().input().spec().values();
    float[] adversarial = new float[queries.size() * values];
    attack.perturb(
        new AttackTask(
            model,
            queries,
            (item, target, offset) ->
                System.arraycopy(pixels, item * values, target, offset, values),
            objective.aim(galleryView, queries),
            objective.hasZeroGradientAtClean(),
            stop,
            Norm.LINF,
            epsilon,
            1,
            "benchmark",
            batch,
            early),
        p -> System.arraycopy(p.image(), 0, adversarial, p.item() * values, values));
    return adversarial;
  }

  /** The share of queries whose nearest other image, ties against them, is of their class. */
  private double recall(float[] embeddings) {
    int hits = 0;
    for (int q = 0; q < queries.size(); q++) {
      double[] nearest = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
      for (int g = 0; g < gallery.size(); g++) {
        if (g != q) {
          int other = gallery.labels()[g] == gallery.labels()[q] ? 0 : 1;
          nearest[other] = Math.min(nearest[other], square(embeddings, q, g));
        }
      }
      hits += nearest[0] < nearest[1] ? 1 : 0;
    }
    return (double) hits / queries.size();
  }

  private double square(float[] embeddings, int q, int g) {
    int dimension = gallery.dimension();
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double d = (double) embeddings[q * dimension + i] - gallery.values()[g * dimension + i];
      sum += d * d;
    }
    return sum;
  }
}
