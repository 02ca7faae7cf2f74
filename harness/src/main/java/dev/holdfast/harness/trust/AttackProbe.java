package dev.holdfast.harness.trust;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.Pgd;
import dev.holdfast.attacks.Square;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.trust.AttackStrength;
import dev.holdfast.attacks.trust.ChanceLevel;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.attacks.trust.GradientTrust;
import dev.holdfast.attacks.trust.LocalResponse;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Attacks a few queries to see whether attacks can be believed at all: against noise of the same
 * budget, with pixels rounded to 8 bits, against an attack that sees no gradients, and with a
 * budget that allows everything. Where an audit has broken a query with gradients already, that is
 * not done again.
 */
final class AttackProbe {

  /** Queries that are enough to see an attack fail. */
  static final int QUERIES = 32;

  /** Those of them around which the gradient is measured. */
  private static final int AROUND = 16;

  /** The budget of the attacks with one. */
  static final double EPSILON = 8 / 255.0;

  /** Images that the attack without gradients shows the model, where there is room for so many. */
  static final int INQUIRIES = 100;

  private static final int DRAWS = 4;
  private static final int LEVELS = 255;

  private final EmbeddingModel model;
  private final ImageBatches images;
  private final GalleryView galleryView;
  private final long seed;

  /** Prepares the checks; {@link #run} does them. */
  AttackProbe(EmbeddingModel model, ImageBatches images, GalleryView galleryView, long seed) {
    this.model = model;
    this.images = images;
    this.galleryView = galleryView;
    this.seed = seed;
  }

  /**
   * Runs every check, of a model that nobody has attacked yet.
   *
   * @param items indices of queries that have a relevant item and a finite clean embedding
   * @param clean their clean embeddings
   * @param chance for each query the share of the gallery that is relevant
   * @param recall as {@link #look} takes it
   */
  List<Finding> run(
      int[] items, EmbeddingSet clean, double[] chance, Function<EmbeddingSet, double[]> recall) {
    List<Finding> findings = new ArrayList<>(look(items, clean, chance, recall));
    boolean[] nothing = new boolean[items.length];
    findings.add(blackBox(items, clean, recall, nothing, INQUIRIES));
    return findings;
  }

  /**
   * Runs every check but the one that compares with an attack without gradients.
   *
   * @param items indices of queries that have a relevant item and a finite clean embedding
   * @param clean their clean embeddings
   * @param chance for each query the share of the gallery that is relevant
   * @param recall returns for embeddings of these queries whether the nearest item is relevant, 0
   *     or 1; where an embedding is not finite it gets zeros, and its answer is not used
   */
  List<Finding> look(
      int[] items, EmbeddingSet clean, double[] chance, Function<EmbeddingSet, double[]> recall) {
    float[] before = pixels(items);
    List<Finding> findings = new ArrayList<>();
    float[] attacked =
        attacked(new Pgd(10, null, null), new EmbeddingShift(), EPSILON, null, items, clean);
    double[] far = moved(clean, attacked);
    double[] shaken = new double[items.length];
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] once = moved(clean, shaken(before, clean.ids(), EPSILON, "noise/" + draw));
      for (int i = 0; i < shaken.length; i++) {
        // An embedding that noise makes NaN has moved as far as can be.
        shaken[i] = Math.max(shaken[i], Double.isNaN(once[i]) ? Double.MAX_VALUE : once[i]);
      }
    }
    findings.add(AttackStrength.noise(far, shaken));
    findings.add(GradientTrust.underAttack(around(attacked, clean)));
    double[] apart = apart(clean);
    findings.add(
        AttackStrength.eightBit(
            parts(far, apart),
            parts(moved(clean, rounded(attacked)), apart),
            parts(
                moved(clean, shaken(before, clean.ids(), 0.49 / LEVELS, "below a level")), apart)));
    // From the clean image and in steps that are small against the budget: a random start, or one
    // large step, would destroy the picture whatever the gradient says.
    Pgd steps = new Pgd(20, "epsilon/32", false);
    float[] free = attacked(steps, new Margin(1), 1, 1, items, clean);
    findings.add(ChanceLevel.unbounded(hits(clean, free, recall), chance));
    return findings;
  }

  /**
   * Compares attacks that see gradients with one that does not. Passes are spent only on what may
   * change the verdict: first the attack without gradients has those queries that the others left,
   * then another one with gradients has what that broke, and the rest is attacked without gradients
   * only to say how many it is the other way round.
   *
   * @param items indices of queries
   * @param clean their clean embeddings
   * @param recall as {@link #look} takes it
   * @param broken which of the queries are wrong already without an attack, or under attacks with
   *     gradients that have at most the budget of this check
   * @param inquiries how many images the attack without gradients may show for each query
   */
  Finding blackBox(
      int[] items,
      EmbeddingSet clean,
      Function<EmbeddingSet, double[]> recall,
      boolean[] broken,
      int inquiries) {
    Attack square = new Square(inquiries, null, true);
    boolean[] seeing = broken.clone();
    boolean[] blind = new boolean[broken.length];
    if (isBlackBoxWorthAsking(broken)) {
      breakSome(square, rows(broken, false), items, clean, recall, blind);
      if (judged(seeing, blind).level() != Level.OK) {
        breakSome(new Pgd(20, null, null), rows(blind, true), items, clean, recall, seeing);
      }
      Finding finding = judged(seeing, blind);
      if (finding.level() != Level.OK) {
        breakSome(square, rows(broken, true), items, clean, recall, blind);
        return judged(seeing, blind);
      }
    }
    Finding finding = judged(seeing, blind);
    Map<String, Double> figures = new TreeMap<>(finding.figures());
    // Of those that gradients broke, nobody asked.
    figures.remove(AttackStrength.ONLY_WITH_GRADIENTS);
    return new Finding(finding.check(), finding.level(), finding.text(), figures);
  }

  /**
   * Tells whether an attack without gradients could raise an alarm at all, by breaking all that is
   * left.
   *
   * @param broken which queries attacks with gradients broke
   */
  static boolean isBlackBoxWorthAsking(boolean[] broken) {
    boolean[] rest = new boolean[broken.length];
    for (int row : rows(broken, false)) {
      rest[row] = true;
    }
    return judged(broken, rest).level() != Level.OK;
  }

  private static Finding judged(boolean[] seeing, boolean[] blind) {
    return AttackStrength.blackBox("black-box", seeing, blind);
  }

  private static int[] rows(boolean[] flags, boolean value) {
    return IntStream.range(0, flags.length).filter(row -> flags[row] == value).toArray();
  }

  /** Attacks some of the queries, and notes which of them it broke. */
  private void breakSome(
      Attack attack,
      int[] rows,
      int[] items,
      EmbeddingSet clean,
      Function<EmbeddingSet, double[]> recall,
      boolean[] broken) {
    if (rows.length == 0) {
      return;
    }
    EmbeddingSet some = clean.select(rows);
    int[] chosen = Arrays.stream(rows).map(row -> items[row]).toArray();
    float[] attacked = attacked(attack, new Margin(1), EPSILON, 1, chosen, some);
    double[] hits = hits(some, attacked, recall);
    for (int i = 0; i < rows.length; i++) {
      broken[rows[i]] |= hits[i] == 0;
    }
  }

  /** Measures around a few images that an attack has left. */
  private List<LocalResponse> around(float[] attacked, EmbeddingSet clean) {
    int n = Math.min(AROUND, clean.size());
    int dimension = clean.dimension();
    long[] ids = Arrays.copyOf(clean.ids(), n);
    float[] apart = new float[n * dimension];
    for (int i = 0; i < n; i++) {
      System.arraycopy(clean.row((i + 1) % clean.size()), 0, apart, i * dimension, dimension);
    }
    float[] at =
        LocalGradientProbe.beside(
            Arrays.copyOf(attacked, n * images.values()), ids, images.values(), seed);
    return new LocalGradientProbe(model, images, seed).measure(at, apart, ids).responses();
  }

  private float[] pixels(int[] items) {
    float[] pixels = new float[items.length * images.values()];
    for (int i = 0; i < items.length; i++) {
      images.clean(items[i], pixels, i * images.values());
    }
    return pixels;
  }

  private float[] attacked(
      Attack attack,
      Objective objective,
      double epsilon,
      Integer stop,
      int[] items,
      EmbeddingSet clean) {
    float[] result = new float[items.length * images.values()];
    attack.perturb(
        new AttackTask(
            model,
            clean,
            (item, target, offset) -> images.clean(items[item], target, offset),
            objective.aim(galleryView, clean),
            objective.hasZeroGradientAtClean(),
            stop == null ? null : new Margin(stop).aim(galleryView, clean),
            Norm.LINF,
            epsilon,
            seed,
            "trust/" + attack.id() + "/" + objective.id(),
            images.batchSize(),
            true),
        p -> System.arraycopy(p.image(), 0, result, p.item() * images.values(), images.values()));
    return result;
  }

  /** Adds random signs of one length, inside [0,1]. */
  private float[] shaken(float[] pixels, long[] ids, double length, String purpose) {
    float[] shaken = new float[pixels.length];
    for (int i = 0; i < ids.length; i++) {
      CounterRng rng = CounterRng.of(seed, "trust/" + purpose, ids[i]);
      for (int p = i * images.values(); p < (i + 1) * images.values(); p++) {
        double sign = rng.nextLong() < 0 ? -length : length;
        shaken[p] = (float) Math.max(0, Math.min(1, pixels[p] + sign));
      }
    }
    return shaken;
  }

  private static float[] rounded(float[] pixels) {
    float[] rounded = new float[pixels.length];
    for (int p = 0; p < pixels.length; p++) {
      rounded[p] = Math.round(pixels[p] * LEVELS) / (float) LEVELS;
    }
    return rounded;
  }

  /** Returns how far each embedding is from its clean one; NaN where it is not finite. */
  private double[] moved(EmbeddingSet clean, float[] pixels) {
    float[] embedded = images.embed(pixels, clean.size());
    double[] moved = new double[clean.size()];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = distance(clean.values(), i, embedded, i, clean.dimension());
    }
    return moved;
  }

  /** Returns how far each clean embedding is from that of the next query. */
  private static double[] apart(EmbeddingSet clean) {
    double[] apart = new double[clean.size()];
    for (int i = 0; i < apart.length; i++) {
      apart[i] =
          distance(clean.values(), i, clean.values(), (i + 1) % apart.length, clean.dimension());
    }
    return apart;
  }

  private static double[] parts(double[] lengths, double[] units) {
    double[] parts = new double[lengths.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = units[i] == 0 ? Double.NaN : lengths[i] / units[i];
    }
    return parts;
  }

  private double[] hits(
      EmbeddingSet clean, float[] pixels, Function<EmbeddingSet, double[]> recall) {
    float[] embedded = images.embed(pixels, clean.size());
    boolean[] finite = new boolean[clean.size()];
    for (int i = 0; i < finite.length; i++) {
      int from = i * clean.dimension();
      finite[i] = true;
      for (int k = from; k < from + clean.dimension(); k++) {
        finite[i] &= Float.isFinite(embedded[k]);
      }
      if (!finite[i]) {
        Arrays.fill(embedded, from, from + clean.dimension(), 0);
      }
    }
    double[] hits =
        recall.apply(
            new EmbeddingSet(
                embedded, clean.dimension(), clean.ids(), clean.labels(), clean.groups()));
    for (int i = 0; i < hits.length; i++) {
      hits[i] = finite[i] ? hits[i] : 0;
    }
    return hits;
  }

  private static double distance(float[] a, int rowOfA, float[] b, int rowOfB, int dimension) {
    double length =
        Math.sqrt(Vectors.squaredDistance(a, rowOfA * dimension, b, rowOfB * dimension, dimension));
    return Double.isFinite(length) ? length : Double.NaN;
  }
}
