package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.engine.GraphSafeScalars;
import dev.holdfast.models.engine.HostToDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * MDProp: every image of a batch gets one adversarial twin, and clean and adversarial images are
 * trained on together, each kind through a branch of batch norm of its own. With the default, the
 * twins of the first half approach one other embedding of their half (STAX), those of the second
 * half five at once (MTAX). One loss sees all 2N embeddings with their true labels.
 *
 * <p>The network under attack is in evaluation mode. Twins start at the image plus uniform noise;
 * each step goes along the sign of the gradient of the mean distance to the targets. With {@code
 * targets: [1]} and all images attacked alike this is AdvProp.
 *
 * @param space of the perturbation: {@code pixel} (default; values in [0,1]) or {@code normalized},
 *     where values stay between the least and the greatest of the part of the batch, as in the
 *     public code
 * @param epsilon the largest change of a value, such as {@code 4/255} (the default) or {@code 0.01}
 * @param steps gradient steps; default 1
 * @param stepSize length of a step, such as {@code 2/255} or {@code epsilon/2}; default epsilon /
 *     steps
 * @param start largest value of the noise that an attack starts with; default 0.0005
 * @param targets how many embeddings the twins of each part of the batch approach; default [1, 5]
 * @param choice of targets: {@code other-class} (default) or {@code permutation} of the part, where
 *     an image may get its own class or itself, as in the public code
 * @param unadversarial whether a further part approaches embeddings of its own class (UAX, not
 *     published in detail); default false
 * @param sharedBatchNorm whether all images go through the main branch together; default false
 * @param attack whether twins are attacked; without, they are plain copies; default true
 * @param perBranchLoss whether the loss is the mean of those of each kind of images instead of one
 *     over all; default false
 * @param chunks into how many parts a batch is split, as on so many GPUs: attacks and statistics of
 *     batch norm are those of a part, running statistics follow the first; default 1
 * @param freshStatistics whether running statistics of auxiliary branches start at mean 0 and
 *     variance 1, as in the public code, instead of copies of the main ones; default false
 * @see <a href="https://arxiv.org/abs/2211.16253">Singh, Kakizaki, Araki, ACML 2023</a>
 */
@JsonTypeName("mdprop")
public record MdProp(
    Space space,
    String epsilon,
    Integer steps,
    String stepSize,
    Double start,
    List<Integer> targets,
    Choice choice,
    Boolean unadversarial,
    Boolean sharedBatchNorm,
    Boolean attack,
    Boolean perBranchLoss,
    Integer chunks,
    Boolean freshStatistics)
    implements TrainingMethod {

  private static final String OWNER = "method mdprop";
  private static final String RELATIVE = "epsilon/";

  /** One image has no other to approach. */
  private static final int FEWEST = 2;

  /** Where epsilon is measured. */
  public enum Space {
    /** Pixels in [0,1]. */
    @JsonProperty("pixel")
    PIXEL,
    /** What the network gets. */
    @JsonProperty("normalized")
    NORMALIZED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Which embeddings of its part of the batch an image approaches. */
  public enum Choice {
    /** Any of another class. */
    @JsonProperty("other-class")
    OTHER_CLASS,
    /** What a random permutation gives it. */
    @JsonProperty("permutation")
    PERMUTATION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Puts the defaults in and checks the values. */
  public MdProp {
    space = space == null ? Space.PIXEL : space;
    epsilon = epsilon == null ? "4/255" : epsilon.strip();
    steps = steps == null ? 1 : steps;
    stepSize = stepSize == null ? RELATIVE + steps : stepSize.strip();
    start = start == null ? 5e-4 : start;
    targets = targets == null ? List.of(1, 5) : List.copyOf(targets);
    choice = choice == null ? Choice.OTHER_CLASS : choice;
    unadversarial = unadversarial != null && unadversarial;
    sharedBatchNorm = sharedBatchNorm != null && sharedBatchNorm;
    attack = attack == null || attack;
    perBranchLoss = perBranchLoss != null && perBranchLoss;
    chunks = chunks == null ? 1 : chunks;
    freshStatistics = freshStatistics != null && freshStatistics;
    double length = number("epsilon", epsilon);
    if (!Double.isFinite(length)) {
      throw InputException.of("epsilon", epsilon, OWNER, "be finite", "a digit is too much");
    }
    if (space == Space.PIXEL && length > 1) {
      throw InputException.of(
          "epsilon",
          epsilon,
          OWNER,
          "be at most 1, because pixels run from 0 to 1",
          "you meant " + epsilon + "/255");
    }
    if (steps < 1) {
      throw InputException.of("steps", steps, OWNER, "be at least 1", "try 1");
    }
    if (!(stepLength(stepSize, 1) > 0)) {
      throw InputException.of("step_size", stepSize, OWNER, "be positive", "leave it out");
    }
    if (!(start >= 0 && start <= 1)) {
      throw InputException.of("start", start, OWNER, "be in [0, 1]", "try 0.0005");
    }
    int kinds = targets.size() + (unadversarial ? 1 : 0);
    if (targets.isEmpty()
        || targets.stream().anyMatch(t -> t == null || t < 1)
        || kinds >= Branch.values().length) {
      throw InputException.of(
          "targets",
          targets,
          OWNER,
          "be 1 to %d positive numbers"
              .formatted(Branch.values().length - 1 - (unadversarial ? 1 : 0)),
          "try [1, 5]");
    }
    if (chunks < 1) {
      throw InputException.of("chunks", chunks, OWNER, "be at least 1", "try 1");
    }
  }

  private static double number(String key, String text) {
    return Epsilon.parse(key, text, OWNER).value();
  }

  private static double stepLength(String stepSize, double length) {
    if (!stepSize.startsWith(RELATIVE)) {
      return number("step_size", stepSize);
    }
    String divisor = stepSize.substring(RELATIVE.length());
    if (divisor.contains("/") || !(number("step_size", divisor) > 0)) {
      throw InputException.of(
          "step_size",
          stepSize,
          OWNER,
          "be epsilon over a positive number, or a fraction of 1",
          "write epsilon/10 or 2/255");
    }
    return length / number("step_size", divisor);
  }

  @Override
  public String description() {
    return "clean, single- and multi-targeted adversarial images, each with its own batch norm";
  }

  @Override
  public String source() {
    return "Singh, Kakizaki, Araki, ACML 2023 (2211.16253)";
  }

  /** Returns how many kinds of twins there are. */
  private int kinds() {
    return targets.size() + (unadversarial ? 1 : 0);
  }

  @Override
  public int branches() {
    return sharedBatchNorm ? 1 : 1 + kinds();
  }

  @Override
  public boolean startsWithFreshStatistics() {
    return freshStatistics;
  }

  /** Returns the sizes of the parts of a batch: as equal as rounding up allows. */
  private List<Integer> chunkSizes(int batchSize) {
    int size = -Math.floorDiv(-batchSize, chunks);
    List<Integer> sizes = new ArrayList<>();
    for (int left = batchSize; left > 0; left -= size) {
      sizes.add(Math.min(size, left));
    }
    return sizes;
  }

  @Override
  public void check(int batchSize, int samplesPerClass) {
    for (int size : chunkSizes(batchSize)) {
      if (size < FEWEST * kinds()) {
        throw InputException.of(
            "chunks",
            chunks,
            OWNER,
            "leave two images or more for each part, but leave %d for %d parts"
                .formatted(size, kinds()),
            "lower it, or raise batch_size");
      }
      // A part that cannot be shared out evenly would send images through the wrong branch.
      if (size % kinds() != 0) {
        throw InputException.of(
            "batch_size",
            batchSize,
            "the recipe",
            "give chunks of a multiple of %d images (one part for each of targets), not of %d"
                .formatted(kinds(), size),
            "set it to " + chunks * kinds() * Math.max(1, Math.round(size / (double) kinds())));
      }
      if (attack && choice == Choice.OTHER_CLASS && size / kinds() <= samplesPerClass) {
        throw InputException.of(
            "batch_size",
            batchSize,
            "the recipe",
            "leave more than one class (%d images) for each of %d attacked parts of %d images"
                .formatted(samplesPerClass, kinds() * chunks, size / kinds()),
            "raise it, or lower samples_per_class");
      }
    }
  }

  /** A run of neighboring rows of the joint batch that are of one kind. */
  private record Part(Branch branch, long rows, int chunk) {}

  @Override
  public double run(TrainingStep step) {
    NDArray clean = space == Space.PIXEL ? step.pixels() : step.normalize(step.pixels());
    long[] labels = step.labels();
    NDList images = new NDList();
    List<Part> parts = new ArrayList<>();
    long[] joint = new long[2 * labels.length];
    int filled = 0;
    int from = 0;
    int chunk = 0;
    for (int size : chunkSizes(labels.length)) {
      images.add(rows(clean, from, size));
      System.arraycopy(labels, from, joint, filled, size);
      System.arraycopy(labels, from, joint, filled + size, size);
      parts.add(new Part(Branch.MAIN, size, chunk));
      int share = size / kinds();
      for (int kind = 0; kind < kinds(); kind++) {
        int first = from + kind * share;
        images.add(
            twins(
                step,
                rows(clean, first, share),
                Arrays.copyOfRange(labels, first, first + share),
                kind,
                step.rng("chunk " + chunk + ", kind " + kind)));
        parts.add(new Part(branch(kind), share, chunk));
      }
      filled += 2 * size;
      from += size;
      chunk++;
    }
    NDArray batch = NDArrays.concat(images, 0);
    NDArray input = space == Space.PIXEL ? step.normalize(batch) : batch;
    Route route = route(parts);
    return step.backward(() -> loss(step, step.embed(input, route), joint, parts));
  }

  private Branch branch(int kind) {
    return sharedBatchNorm ? Branch.MAIN : Branch.values()[1 + kind];
  }

  private static NDArray rows(NDArray images, int from, int count) {
    return images.get(from + ":" + (from + count));
  }

  private Route route(List<Part> parts) {
    List<Route.Part> way = new ArrayList<>();
    int perChunk = 1 + kinds();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Route.Statistics statistics =
          part.chunk() == 0 ? Route.Statistics.BATCH : Route.Statistics.BATCH_WITHOUT_TRACE;
      if (sharedBatchNorm && i % perChunk != 0) {
        // One set of statistics for the whole chunk.
        Route.Part begun = way.remove(way.size() - 1);
        way.add(new Route.Part(Branch.MAIN, begun.rows() + part.rows(), statistics));
      } else {
        way.add(new Route.Part(part.branch(), part.rows(), statistics));
      }
    }
    return new Route(way);
  }

  private NDArray loss(
      TrainingStep step, TrainingStep.Embedded embedded, long[] labels, List<Part> parts) {
    if (!perBranchLoss) {
      return step.loss(embedded, labels);
    }
    NDArray sum = null;
    int from = 0;
    for (Part part : parts) {
      int to = from + Math.toIntExact(part.rows());
      NDArray own = step.loss(embedded.rows(from, to), Arrays.copyOfRange(labels, from, to));
      sum = sum == null ? own : sum.add(own);
      from = to;
    }
    return GraphSafeScalars.times(sum, 1.0 / parts.size());
  }

  private NDArray twins(TrainingStep step, NDArray clean, long[] labels, int kind, CounterRng rng) {
    if (!attack) {
      return clean;
    }
    NDManager manager = clean.getManager();
    try (EmbeddingModel model = step.model(branch(kind), space == Space.NORMALIZED)) {
      List<NDArray> aims = aims(model, clean, labels, kind, rng);
      double length = number("epsilon", epsilon);
      AdversarialExampleMaker.Budget budget =
          new AdversarialExampleMaker.Budget(
              length,
              steps,
              stepLength(stepSize, length),
              space == Space.PIXEL ? 0 : clean.min().getFloat(),
              space == Space.PIXEL ? 1 : clean.max().getFloat());
      float[] noise = new float[Math.toIntExact(clean.size())];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = (float) rng.nextDouble(-start, start);
      }
      NDArray first = HostToDevice.array(noise, clean.getShape(), manager).addi(clean);
      return step.attack().perturb(model, clean, first, aims, budget);
    }
  }

  /** Returns what the images of a part approach: embeddings of clean images of the same part. */
  private List<NDArray> aims(
      EmbeddingModel model, NDArray clean, long[] labels, int kind, CounterRng rng) {
    NDManager manager = clean.getManager();
    int n = labels.length;
    NDArray raw = model.embed(clean);
    int dimension = Math.toIntExact(raw.getShape().get(1));
    float[] embeddings = unit(raw.toFloatArray(), dimension);
    boolean friendly = kind == targets.size();
    int count = friendly ? targets.get(targets.size() - 1) : targets.get(kind);
    List<NDArray> aims = new ArrayList<>();
    for (int q = 0; q < count; q++) {
      int[] chosen = friendly ? ofOwnClass(labels, rng) : ofOthers(labels, rng);
      float[] values = new float[n * dimension];
      for (int i = 0; i < n; i++) {
        System.arraycopy(embeddings, chosen[i] * dimension, values, i * dimension, dimension);
      }
      aims.add(manager.create(values, new Shape(n, dimension)));
    }
    return aims;
  }

  private static float[] unit(float[] rows, int dimension) {
    for (int start = 0; start < rows.length; start += dimension) {
      double square = 1e-24;
      for (int i = start; i < start + dimension; i++) {
        square += rows[i] * (double) rows[i];
      }
      double factor = 1 / Math.sqrt(square);
      for (int i = start; i < start + dimension; i++) {
        rows[i] = (float) (rows[i] * factor);
      }
    }
    return rows;
  }

  private int[] ofOthers(long[] labels, CounterRng rng) {
    int[] chosen = new int[labels.length];
    if (choice == Choice.PERMUTATION) {
      Arrays.setAll(chosen, i -> i);
      rng.shuffle(chosen);
      return chosen;
    }
    for (int i = 0; i < labels.length; i++) {
      chosen[i] = draw(labels, i, false, rng);
    }
    return chosen;
  }

  private static int[] ofOwnClass(long[] labels, CounterRng rng) {
    int[] chosen = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      chosen[i] = draw(labels, i, true, rng);
    }
    return chosen;
  }

  /**
   * Draws a row of the same or of another class; the row itself where there is none, which draws
   * with replacement can bring about.
   */
  private static int draw(long[] labels, int row, boolean same, CounterRng rng) {
    int fitting = 0;
    for (int j = 0; j < labels.length; j++) {
      fitting += fits(labels, row, j, same) ? 1 : 0;
    }
    if (fitting == 0) {
      return row;
    }
    int pick = rng.nextInt(fitting);
    for (int j = 0; j < labels.length; j++) {
      if (fits(labels, row, j, same) && pick-- == 0) {
        return j;
      }
    }
    throw new IllegalStateException("counted " + fitting + " rows");
  }

  private static boolean fits(long[] labels, int row, int other, boolean same) {
    return same ? other != row && labels[other] == labels[row] : labels[other] != labels[row];
  }
}
