package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.blackbox.OracleBatch;
import dev.holdfast.attacks.blackbox.OracleSearch;
import dev.holdfast.attacks.gradient.MinimumNorm;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * HopSkipJump: sees of each image only whether a relevant item is among the first k, and looks for
 * the nearest image where none is. It starts at an image that fails already, goes back to the
 * border by bisection, estimates the direction of the border from the answers around it, steps
 * along it and starts again. The result is the nearest failing image where it keeps the budget;
 * else that image pulled back into the budget, which may fail or not.
 *
 * <p>The starts are gallery images of other classes, and images of uniform noise; the nearest that
 * fails is taken. Directions are drawn uniformly from a cube, which looks the same in all
 * directions up to second moments and is cheaper than a sphere.
 *
 * @param queries images that are shown to the candidate; default 5000
 * @param samples images in the first estimate; the t-th takes sqrt(t) times as many; default 100
 * @param starts images that are tried as a start, half of them noise; default 20
 */
@JsonTypeName("hop-skip-jump")
public record HopSkipJump(Integer queries, Integer samples, Integer starts) implements Attack {

  private static final String OWNER = "attack hop-skip-jump";

  /** Puts the defaults in and checks the values. */
  public HopSkipJump {
    queries = Check.count("queries", queries, 5000, OWNER);
    samples = Check.count("samples", samples, 100, OWNER);
    starts = Check.count("starts", starts, 20, OWNER);
  }

  @Override
  public String description() {
    return "nearest image that fails, by whether a relevant item is among the first k alone";
  }

  @Override
  public String source() {
    return "Chen, Jordan, Wainwright, S&P 2020 (1904.02144)";
  }

  @Override
  public Integer steps() {
    return queries;
  }

  @Override
  public int cost() {
    return queries;
  }

  @Override
  public Knowledge knowledge() {
    return Knowledge.DECISION_BASED;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    MinimumNorm.check(objective, OWNER);
  }

  @Override
  public boolean seeksMinimumNorm() {
    return true;
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    PixelBudget budget = new PixelBudget(task.norm(), task.epsilon());
    OracleBatch.run(
        task,
        item -> {
          CounterRng rng =
              CounterRng.of(task.seed(), task.cell() + "/hop", task.clean().ids()[item]);
          return new Hops(this, budget, task.image(item), starts(task, item, rng), rng);
        },
        done);
  }

  /** Returns images to try as a start: of other classes in a seeded order, then noise. */
  private List<float[]> starts(AttackTask task, int item, CounterRng rng) {
    long key = rng.nextLong();
    List<float[]> images = new ArrayList<>();
    if (task.pool() != null) {
      EmbeddingSet others = task.pool().clean();
      IntStream.range(0, others.size())
          .filter(other -> others.labels()[other] != task.clean().labels()[item])
          .boxed()
          .sorted(Comparator.comparingLong(other -> CounterRng.order(key, others.ids()[other])))
          .limit((starts + 1) / 2)
          .forEach(
              other -> {
                float[] image = new float[task.values()];
                task.pool().pixels().read(other, image, 0);
                images.add(image);
              });
    }
    while (images.size() < starts) {
      float[] noise = new float[task.values()];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = (float) rng.nextDouble();
      }
      images.add(noise);
    }
    return images;
  }

  /** The attack on one image. */
  static final class Hops implements OracleSearch {

    /** Halvings of a step before the estimate is given up. */
    private static final int HALVINGS = 10;

    /**
     * How far probes are from the border, in parts of the distance to the clean image, where the
     * paper has one over the number of values: for large images that is below the rounding of
     * floats.
     */
    private static final double PROBE = 0.01;

    /** How near to the border a bisection goes at least. */
    private static final double PRECISION = 1e-3;

    private static final int MOST_SAMPLES = 10_000;

    /** What is being asked. */
    private enum Phase {
      CLEAN,
      START,
      BISECT,
      ESTIMATE,
      STEP
    }

    private final HopSkipJump attack;
    private final PixelBudget budget;
    private final float[] clean;
    private final List<float[]> starts;
    private final CounterRng rng;
    private final double tolerance;

    private final float[] shown;
    private Phase phase = Phase.CLEAN;
    private boolean over;
    private int asked;
    private float[] nearest;
    private double nearestLength = Double.POSITIVE_INFINITY;
    private float nearestLoss;

    // Bisection between the clean image and one that fails.
    private float[] far;
    private double low;
    private double high;

    // The point at the border, and the estimate around it.
    private float[] border;
    private double length;
    private int round;
    private int probes;
    private int probe;
    private int failing;
    private double radius;
    private double[] sumFailing;
    private double[] sumAll;
    private double[] direction;
    private double step;
    private int halvings;

    Hops(
        HopSkipJump attack,
        PixelBudget budget,
        float[] clean,
        List<float[]> starts,
        CounterRng rng) {
      this.attack = attack;
      this.budget = budget;
      this.clean = clean;
      this.starts = new ArrayList<>(starts);
      this.rng = rng;
      this.shown = clean.clone();
      // Nearer to the border than what a probe moves across it.
      this.tolerance = Math.min(PRECISION, PROBE / Math.sqrt(clean.length));
    }

    @Override
    public void ask(float[] target, int offset) {
      switch (phase) {
        case CLEAN -> System.arraycopy(clean, 0, shown, 0, clean.length);
        case START -> System.arraycopy(starts.get(0), 0, shown, 0, clean.length);
        case BISECT -> between((low + high) / 2);
        case ESTIMATE -> probe();
        case STEP -> hop();
      }
      System.arraycopy(shown, 0, target, offset, shown.length);
    }

    /** A point on the way from the clean image: under linf, cut off at a part of the length. */
    private void between(double part) {
      double reach = part * length;
      for (int i = 0; i < shown.length; i++) {
        double way = (double) far[i] - clean[i];
        shown[i] =
            (float)
                (clean[i]
                    + (budget.norm() == Norm.L2
                        ? part * way
                        : Math.max(-reach, Math.min(reach, way))));
      }
    }

    private void probe() {
      double squares = 0;
      for (int i = 0; i < direction.length; i++) {
        direction[i] = rng.nextDouble(-1, 1);
        squares += direction[i] * direction[i];
      }
      double scale = radius / Math.sqrt(squares);
      for (int i = 0; i < shown.length; i++) {
        shown[i] = (float) Math.max(0, Math.min(1, border[i] + scale * direction[i]));
      }
    }

    private void hop() {
      for (int i = 0; i < shown.length; i++) {
        shown[i] = (float) Math.max(0, Math.min(1, border[i] + step * direction[i]));
      }
    }

    @Override
    public boolean allowed() {
      return phase != Phase.ESTIMATE
          && budget.length(shown, clean) <= budget.epsilon() * (1 - 1e-9);
    }

    @Override
    public void tell(float loss) {
      boolean fails = MinimumNorm.broken(loss);
      asked++;
      if (fails && phase != Phase.ESTIMATE) {
        double far = budget.length(shown, clean);
        if (far < nearestLength) {
          nearestLength = far;
          nearest = shown.clone();
          nearestLoss = loss;
        }
      }
      switch (phase) {
        case CLEAN -> {
          nearestLoss = loss;
          over = fails;
          phase = Phase.START;
        }
        case START -> {
          starts.remove(0);
          if (starts.isEmpty()) {
            over = nearest == null;
            if (!over) {
              bisect(nearest);
            }
          }
        }
        case BISECT -> {
          double middle = (low + high) / 2;
          low = fails ? low : middle;
          high = fails ? middle : high;
          if (high - low <= tolerance) {
            atBorder();
          }
        }
        case ESTIMATE -> {
          count(fails);
          if (++probe == probes) {
            estimated();
          }
        }
        case STEP -> {
          if (fails) {
            bisect(shown.clone());
          } else {
            step /= 2;
            if (++halvings == HALVINGS) {
              atBorder();
            }
          }
        }
      }
      over |= asked == attack.queries();
    }

    private void bisect(float[] failing) {
      far = failing;
      length = budget.length(far, clean);
      low = 0;
      high = 1;
      phase = Phase.BISECT;
      if (length == 0) {
        over = true;
      }
    }

    /** Begins an estimate at the nearest failing image. */
    private void atBorder() {
      border = nearest;
      length = nearestLength;
      round++;
      radius = PROBE * new PixelBudget(Norm.L2, 1).length(border, clean);
      probes = (int) Math.min(MOST_SAMPLES, attack.samples() * Math.sqrt(round));
      probe = 0;
      failing = 0;
      sumFailing = new double[border.length];
      sumAll = new double[border.length];
      direction = new double[border.length];
      phase = Phase.ESTIMATE;
    }

    private void count(boolean fails) {
      failing += fails ? 1 : 0;
      for (int i = 0; i < shown.length; i++) {
        double moved = (double) shown[i] - border[i];
        sumAll[i] += moved;
        sumFailing[i] += fails ? moved : 0;
      }
    }

    /** The mean of directions by their answers, the mean answer taken out. */
    private void estimated() {
      double mean = (double) failing / probes;
      double squares = 0;
      for (int i = 0; i < direction.length; i++) {
        direction[i] =
            failing == probes
                ? sumAll[i]
                : failing == 0 ? -sumAll[i] : sumFailing[i] - mean * sumAll[i];
        squares += direction[i] * direction[i];
      }
      for (int i = 0; i < direction.length; i++) {
        direction[i] =
            budget.norm() == Norm.L2
                ? direction[i] / Math.max(1e-300, Math.sqrt(squares))
                : Math.signum(direction[i]);
      }
      step = length / Math.sqrt(round);
      halvings = 0;
      phase = Phase.STEP;
    }

    @Override
    public boolean over() {
      return over;
    }

    @Override
    public float[] image() {
      float[] image = nearest == null ? clean.clone() : nearest.clone();
      budget.project(image, clean);
      return image;
    }

    @Override
    public float[] losses() {
      return new float[] {nearestLoss};
    }

    @Override
    public int steps() {
      return asked;
    }
  }
}
