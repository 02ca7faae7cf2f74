import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.harness.config.DataSource;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.DataSets;
import dev.holdfast.metrics.Distance;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.QueryRow;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Attacks what the worst case of an audit leaves, one query at a time: each of the 40 nearest wrong
 * items on its own, from three starts, 400 steps. It shares the model and the images with Holdfast,
 * and nothing else: distances, budget and steps are its own. A benchmark of the worst case, too
 * slow for an audit.
 *
 * <p>Two of three starts climb the margin to the item, {@code min d(x', relevant) - d(x', item)};
 * the other one only approaches it. A query counts as broken if an image inside the budget,
 * embedded anew in the batch size of audits, has a wrong item as near as the nearest relevant one,
 * in double; queries are compared with the gallery without themselves (self-retrieval).
 *
 * <p>Arguments: a model, its data, an audit (with the default evidence, on the cpu), epsilon in
 * parts of 255, a CSV file to append to, the most survivors to attack in all, and optionally steps.
 * What stands in the file is not attacked again; so a call with a larger number goes on.
 */
public final class Exhaustive {

  private static final PrintStream OUT = System.out;
  private static final int ITEMS = 40;
  private static final int STARTS = 3;
  private static final int STEPS = 400;
  private static final int AUDIT_BATCH = 32;

  /** Wrong items among which the nearest is looked for at each step; all of them at the end. */
  private static final int NEAR = 400;

  private final EmbeddingModel model;
  private final InputSpec spec;
  private final boolean unit;
  private final double epsilon;
  private final int steps;
  private final double[][] gallery;
  private final long[] ids;
  private final long[] labels;
  private final NDArray rows;
  private final PixelCache store;
  private final Map<Long, Integer> items = new HashMap<>();

  private Exhaustive(
      EmbeddingModel model, PixelCache store, Path audit, double epsilon, int steps) {
    this.model = model;
    this.store = store;
    this.spec = model.card().input().spec();
    this.unit = model.card().embedding().metric() == Distance.COSINE;
    this.epsilon = epsilon;
    this.steps = steps;
    Map<String, NpyArray> stored = NpzReader.read(audit.resolve("evidence").resolve("gallery.npz"));
    this.ids = stored.get("ids").longs();
    this.labels = stored.get("labels").longs();
    float[] values = stored.get("embeddings").floats();
    int dimension = values.length / ids.length;
    this.gallery = new double[ids.length][];
    float[] points = new float[values.length];
    for (int i = 0; i < ids.length; i++) {
      gallery[i] = point(values, i, dimension);
      for (int d = 0; d < dimension; d++) {
        points[i * dimension + d] = (float) gallery[i][d];
      }
    }
    this.rows = model.manager().create(points, new Shape(ids.length, dimension));
    for (int i = 0; i < store.size(); i++) {
      items.put(store.items().get(i).id(), i);
    }
  }

  /**
   * Runs.
   *
   * @param args see the class
   */
  public static void main(String[] args) throws IOException {
    double epsilon = Double.parseDouble(args[3]) / 255;
    Path file = Path.of(args[4]);
    int limit = Integer.parseInt(args[5]);
    int steps = args.length > 6 ? Integer.parseInt(args[6]) : STEPS;
    Path audit = Path.of(args[2]);
    List<Long> survivors = survivors(audit, epsilon);
    Map<Long, Boolean> known = known(file);
    List<Long> chosen =
        survivors.stream()
            .sorted(Comparator.comparingLong(Exhaustive::mixed))
            .limit(limit)
            .toList();
    try (EmbeddingModel model = ModelLoader.open(Path.of(args[0]), Device.cpu())) {
      ImageSet set = DataSets.open(DataSource.of(args[1]));
      InputSpec spec = model.card().input().spec();
      try (PixelCache store =
          PixelCache.open(set, spec, CacheFolder.path(), (name, done, of) -> {}, false)) {
        Exhaustive exhaustive = new Exhaustive(model, store, audit, epsilon, steps);
        for (long id : chosen) {
          if (!known.containsKey(id)) {
            long start = System.nanoTime();
            Found found = exhaustive.attack(id);
            known.put(id, found.broken());
            String line =
                String.format(
                    Locale.ROOT,
                    "%d,%s,%d,%.6f,%.6f,%d,%.1f%n",
                    id,
                    found.broken() ? "broken" : "stands",
                    found.step(),
                    found.clear(),
                    found.best(),
                    found.passes(),
                    (System.nanoTime() - start) / 1e9);
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          }
        }
      }
    }
    long attacked = survivors.stream().filter(known::containsKey).count();
    long broken = survivors.stream().filter(id -> known.getOrDefault(id, false)).count();
    OUT.printf(
        "%s %s/255: survivors %d, attacked %d, broken %d%n",
        audit.getFileName(), args[3], survivors.size(), attacked, broken);
  }

  /** A fixed order that has nothing to do with what the queries are. */
  private static long mixed(long id) {
    long z = (id ^ (id >>> 31)) * 0x7fb5d329728ea185L;
    z = (z ^ (z >>> 27)) * 0x81dadef4bc2dd44dL;
    return z ^ (z >>> 33);
  }

  private static List<Long> survivors(Path audit, double epsilon) {
    String length = String.format(Locale.ROOT, "%.5f", epsilon);
    try (Stream<QueryRow> queries = AuditFiles.readQueries(audit)) {
      return queries
          .filter(row -> row.cell().startsWith("worst-case-r-linf_recall-1_"))
          .filter(
              row ->
                  String.format(Locale.ROOT, "%.5f", Double.parseDouble(row.cell().split("_")[2]))
                      .equals(length))
          .filter(row -> row.brokenBy() == null)
          .map(QueryRow::id)
          .toList();
    }
  }

  private static Map<Long, Boolean> known(Path file) throws IOException {
    Map<Long, Boolean> known = new HashMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.split(",");
        if (fields.length == 7) {
          known.put(Long.parseLong(fields[0]), fields[1].equals("broken"));
        }
      }
    }
    return known;
  }

  /**
   * What came of a query.
   *
   * @param step at which it broke first; -1 where it stands
   * @param clear its margin without an attack, as nearest relevant minus nearest wrong
   * @param best the largest margin that was seen
   */
  private record Found(boolean broken, int step, double clear, double best, long passes) {}

  private Found attack(long id) {
    int self = -1;
    for (int i = 0; i < ids.length; i++) {
      self = ids[i] == id ? i : self;
    }
    double[] here = gallery[self];
    List<Integer> relevant = new ArrayList<>();
    List<Integer> wrong = new ArrayList<>();
    double[] far = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      far[i] = distance(here, gallery[i]);
      if (i != self) {
        (labels[i] == labels[self] ? relevant : wrong).add(i);
      }
    }
    wrong.sort(Comparator.comparingDouble(i -> far[i]));
    double clear =
        relevant.stream().mapToDouble(i -> far[i]).min().orElseThrow() - far[wrong.get(0)];
    int count = Math.min(ITEMS, wrong.size());
    int batch = count * STARTS;
    int values = spec.values();
    float[] clean = new float[values];
    store.input(items.get(id), clean, 0);
    float[] low = new float[values];
    float[] high = new float[values];
    bounds(clean, low, high);
    Random random = new Random(mixed(id));
    float[] starts = new float[batch * values];
    for (int row = 0; row < batch; row++) {
      for (int p = 0; p < values; p++) {
        // The first start of each item is the clean image.
        starts[row * values + p] =
            row < count ? clean[p] : low[p] + random.nextFloat() * (high[p] - low[p]);
        starts[row * values + p] =
            Math.max(low[p], Math.min(high[p], starts[row * values + p]));
      }
    }
    double best = Double.NEGATIVE_INFINITY;
    long passes = 0;
    Set<Integer> judged = new HashSet<>();
    try (NDManager manager = model.manager().newSubManager()) {
      NDArray images = manager.create(starts, shape(batch));
      NDArray lower = manager.create(low, shape(1));
      NDArray upper = manager.create(high, shape(1));
      long[] aims = new long[batch];
      float[] climbs = new float[batch];
      for (int row = 0; row < batch; row++) {
        aims[row] = wrong.get(row % count);
        climbs[row] = row / count == 1 ? 0 : 1;
      }
      NDArray aim = taken(aims, manager);
      NDArray climb = manager.create(climbs);
      Points own = points(relevant, manager);
      Points near = points(wrong.subList(0, Math.min(NEAR, wrong.size())), manager);
      for (int step = 0; step <= steps; step++) {
        try (NDManager temporary = manager.newSubManager()) {
          NDArray points = images.duplicate();
          points.attach(temporary);
          float[][] margins = new float[1][];
          InputGradient gradient =
              model.gradient(
                  points,
                  e -> {
                    NDArray point = unit ? e.div(length(e)) : e;
                    NDArray fixed = point.stopGradient();
                    NDArray mate = own.nearest(fixed);
                    NDArray other = near.nearest(fixed);
                    margins[0] = apart(fixed, mate).sub(apart(fixed, other)).toFloatArray();
                    return apart(point, mate).mul(climb).sub(apart(point, aim));
                  });
          passes += batch;
          for (int row = 0; row < batch; row++) {
            best = Math.max(best, margins[0][row]);
            // Near enough to ask exactly; once for each run, or where it is clear.
            if (margins[0][row] > -1e-6 && (margins[0][row] > 1e-5 || judged.add(row))) {
              float[] image = points.get(new NDIndex("{}:{}", row, row + 1)).toFloatArray();
              double margin = margin(image, clean, relevant, wrong);
              if (margin >= 0) {
                return new Found(true, step, clear, margin, passes);
              }
            }
          }
          // From a fourth of epsilon down to a hundredth, with a cosine.
          double share = 0.01 + 0.24 * (1 + Math.cos(Math.PI * step / steps)) / 2;
          NDArray moved =
              points
                  .add(gradient.gradient().sign().mul((float) (share * epsilon)))
                  .maximum(lower)
                  .minimum(upper);
          images.close();
          moved.attach(manager);
          images = moved;
        }
      }
    }
    return new Found(false, -1, clear, best, passes);
  }

  /** Returns nearest relevant minus nearest wrong, of one image in a batch as audits have it. */
  private double margin(float[] image, float[] clean, List<Integer> relevant, List<Integer> wrong) {
    for (int p = 0; p < image.length; p++) {
      if (Math.abs((double) image[p] - clean[p]) > epsilon || image[p] < 0 || image[p] > 1) {
        throw new IllegalStateException("an image has left its budget");
      }
    }
    try (NDManager manager = model.manager().newSubManager()) {
      float[] padded = Arrays.copyOf(image, AUDIT_BATCH * image.length);
      float[] embedded = model.embed(manager.create(padded, shape(AUDIT_BATCH))).toFloatArray();
      double[] point = point(embedded, 0, embedded.length / AUDIT_BATCH);
      double mate = relevant.stream().mapToDouble(i -> distance(point, gallery[i])).min().orElse(0);
      double other = wrong.stream().mapToDouble(i -> distance(point, gallery[i])).min().orElse(0);
      return mate - other;
    }
  }

  /** The floats that differ from a clean value by at most epsilon, in double, and lie in [0,1]. */
  private void bounds(float[] clean, float[] low, float[] high) {
    for (int p = 0; p < clean.length; p++) {
      float down = (float) (clean[p] - epsilon);
      while ((double) clean[p] - down > epsilon) {
        down = Math.nextUp(down);
      }
      float up = (float) (clean[p] + epsilon);
      while ((double) up - clean[p] > epsilon) {
        up = Math.nextDown(up);
      }
      low[p] = Math.max(0, down);
      high[p] = Math.min(1, up);
    }
  }

  private Shape shape(int batch) {
    int channels = spec.color() == ColorMode.GRAY ? 1 : 3;
    return new Shape(batch, channels, spec.height(), spec.width());
  }

  private NDArray taken(long[] chosen, NDManager manager) {
    return rows.get(manager, new NDIndex("{}", manager.create(chosen)));
  }

  private static NDArray length(NDArray points) {
    return points.square().sum(new int[] {1}, true).add(1e-24f).sqrt();
  }

  private static NDArray apart(NDArray a, NDArray b) {
    return a.sub(b).square().sum(new int[] {1}).add(1e-24f).sqrt();
  }

  /** Some points of the gallery, and what the product with others needs. */
  private record Points(NDArray rows, NDArray transposed, NDArray squares) {

    /** Returns for each point the nearest of them, on the manager of the points. */
    NDArray nearest(NDArray points) {
      NDArray squared = points.matMul(transposed).muli(-2).addi(squares);
      return rows.get(points.getManager(), new NDIndex("{}", squared.argMin(1)));
    }
  }

  private Points points(List<Integer> chosen, NDManager manager) {
    NDArray taken = taken(chosen.stream().mapToLong(i -> i).toArray(), manager);
    return new Points(
        taken, taken.transpose(), taken.square().sum(new int[] {1}).expandDims(0));
  }

  private double[] point(float[] values, int row, int dimension) {
    double[] point = new double[dimension];
    double squares = 0;
    for (int d = 0; d < dimension; d++) {
      point[d] = values[row * dimension + d];
      squares += point[d] * point[d];
    }
    double scale = unit && squares > 0 ? 1 / Math.sqrt(squares) : 1;
    for (int d = 0; d < dimension; d++) {
      point[d] *= scale;
    }
    return point;
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int d = 0; d < a.length; d++) {
      squares += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return Math.sqrt(squares);
  }
}
