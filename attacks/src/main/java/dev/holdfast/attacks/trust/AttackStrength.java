package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Whether attacks are as strong as they should be: stronger than noise, than attacks that know
 * less, than themselves with less budget, and as strong as they get. Where they are not, gradients
 * are masked and recall under attack is no robustness (Athalye et al., 1802.00420; Carlini et al.,
 * 1902.06705). Every share comes with its 95 % interval, and only its lower end counts, so that a
 * handful of queries raises no alarm.
 */
public final class AttackStrength {

  private static final double FEW = 0.05;
  private static final double MOST = 0.5;

  private static final double BETTER = 0.01;
  private static final double FAR_BETTER = 0.1;

  /** How many standard deviations two counts may differ by chance, over many comparisons. */
  private static final double SIGMAS = 3;

  private static final double RISE = 0.02;
  private static final double LARGE_RISE = 0.1;

  private static final double UNFINISHED = 0.05;
  private static final double FAR_FROM_FINISHED = 0.2;

  private static final String[] TIMES = {"No", "One", "Two", "Three", "Four"};

  private static final double LOST = 0.5;
  private static final double BELOW_A_LEVEL = 0.1;

  /** Name of the figure of {@link #blackBox} that counts the other way round. */
  public static final String ONLY_WITH_GRADIENTS = "broken_with_gradients_only";

  private AttackStrength() {}

  /**
   * Judges an attack against random noise of the same budget.
   *
   * @param attacked how far the attack moved each query; NaN where the embedding is not finite
   * @param shaken how far the strongest of some random perturbations moved it
   */
  public static Finding noise(double[] attacked, double[] shaken) {
    double[] asStrong =
        IntStream.range(0, attacked.length)
            .filter(i -> !Double.isNaN(attacked[i]) && !Double.isNaN(shaken[i]))
            .mapToDouble(i -> shaken[i] >= attacked[i] ? 1 : 0)
            .toArray();
    Estimate share = Intervals.wilson(asStrong);
    Level level = share.n() == 0 ? Level.OK : Level.of(share.low(), FEW, MOST);
    return new Finding(
        "noise-baseline",
        level,
        level == Level.OK
            ? "The attack moves embeddings farther than random noise of the same budget."
            : words(
                "For %.0f %% of %d queries, random noise moves the embedding at least as far as an"
                    + " attack of the same budget: the attack does not find the way, so its gradients"
                    + " are masked or wrong.",
                100 * share.value(), share.n()),
        Map.of(
            "share_noise_as_strong", share.value(),
            "share_low", share.low(),
            "queries", (double) share.n()));
  }

  /**
   * Judges attacks that see gradients against one that does not.
   *
   * @param check id of the check
   * @param seeing for each query, whether attacks with gradients broke it
   * @param blind whether the attack without them did
   */
  public static Finding blackBox(String check, boolean[] seeing, boolean[] blind) {
    int n = seeing.length;
    double[] only =
        IntStream.range(0, n).mapToDouble(i -> blind[i] && !seeing[i] ? 1 : 0).toArray();
    long other = IntStream.range(0, n).filter(i -> seeing[i] && !blind[i]).count();
    Estimate share = Intervals.wilson(only);
    long ahead = Math.round(Arrays.stream(only).sum());
    Level level =
        n == 0 || share.low() <= BETTER
            ? Level.OK
            : share.low() > FAR_BETTER && ahead > other ? Level.UNRELIABLE : Level.SUSPICIOUS;
    return new Finding(
        check,
        level,
        level == Level.OK
            ? "An attack without gradients breaks no queries to speak of that attacks with them leave."
            : words(
                "An attack that sees no gradients breaks %d of %d queries that attacks with gradients"
                    + " leave (the other way round: %d): gradients are masked.",
                ahead, n, other),
        Map.of(
            "broken_without_gradients_only",
            (double) ahead,
            ONLY_WITH_GRADIENTS,
            (double) other,
            "queries",
            (double) n));
  }

  /**
   * Recall under one attack at one budget.
   *
   * @param label what the reader knows it by
   * @param epsilon the budget
   * @param hits 0 or 1 for each query, the same queries in each
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Point(String label, double epsilon, double[] hits) {}

  /**
   * Judges curves over budgets: whoever may do more can do no less.
   *
   * @param curves for each attack with each objective its points
   */
  public static Finding monotone(List<List<Point>> curves) {
    List<String> rises = new ArrayList<>();
    double worst = 0;
    int pairs = 0;
    for (List<Point> curve : curves) {
      List<Point> points =
          curve.stream().sorted((a, b) -> Double.compare(a.epsilon(), b.epsilon())).toList();
      for (int small = 0; small < points.size(); small++) {
        for (int large = small + 1; large < points.size(); large++) {
          double rise = rise(points.get(small).hits(), points.get(large).hits());
          pairs++;
          if (rise > RISE) {
            worst = Math.max(worst, rise);
            rises.add(points.get(small).label() + " and " + points.get(large).label());
          }
        }
      }
    }
    Level level =
        rises.isEmpty() ? Level.OK : worst > LARGE_RISE ? Level.UNRELIABLE : Level.SUSPICIOUS;
    return new Finding(
        "monotone",
        level,
        level == Level.OK
            ? "No attack leaves more recall with a larger budget or more steps."
            : words(
                "Recall@1 rises with the budget by up to %.1f points, between %s: who may do more can"
                    + " do no less, so the attack fails where the budget is large.",
                100 * worst, rises.get(0)),
        Map.of(
            "pairs", (double) pairs, "pairs_rising", (double) rises.size(), "largest_rise", worst));
  }

  /** Returns by how much recall rises, or 0 where chance explains it (McNemar, 1947). */
  private static double rise(double[] small, double[] large) {
    int up = 0;
    int down = 0;
    for (int i = 0; i < small.length; i++) {
      up += large[i] > small[i] ? 1 : 0;
      down += large[i] < small[i] ? 1 : 0;
    }
    boolean clear = up > down && (up - down - 1) / Math.sqrt(up + down) >= SIGMAS;
    return clear ? (double) (up - down) / small.length : 0;
  }

  /**
   * Judges whether an attack was given enough steps.
   *
   * @param label what the reader knows it by
   * @param times how many times as many steps the longer run has
   * @param left share of all queries that it left right
   * @param fell for some of those, 0 or 1: whether a longer run of the same attack breaks it
   */
  public static Finding converged(String label, int times, double left, double[] fell) {
    Estimate share = Intervals.wilson(fell);
    double points = left * share.low();
    Level level = share.n() == 0 ? Level.OK : Level.of(points, UNFINISHED, FAR_FROM_FINISHED);
    return new Finding(
        "convergence",
        level,
        share.n() == 0
            ? "Attacks leave too few queries right to ask whether more steps would break them."
            : level == Level.OK
                ? words(
                    "%s times as many steps of %s break %.0f of %d queries that it left right. It left"
                        + " %.1f %% of all, so recall@1 changes little.",
                    TIMES[times], label, share.value() * share.n(), share.n(), 100 * left)
                : words(
                    "%s times as many steps of %s break %.0f of %d queries that it left: it was"
                        + " stopped before it was done, and recall@1 under it is at least %.1f points"
                        + " too high.",
                    TIMES[times], label, share.value() * share.n(), share.n(), 100 * points),
        Map.of(
            "left",
            left,
            "share_broken_by_more_steps",
            share.n() == 0 ? 0 : share.value(),
            "points_low",
            share.n() == 0 ? 0 : points,
            "queries",
            (double) share.n()));
  }

  /**
   * Says by how much a worst case may be too high.
   *
   * @param check id of the check
   * @param label what the reader knows it by
   * @param left share of all queries that survive it
   * @param times how many times the passes that survivors have withstood
   * @param fell for some of the survivors, 0 or 1: whether that many passes of another attack break
   *     it
   */
  public static Finding reliable(
      String check, String label, double left, double times, double[] fell) {
    int n = fell.length;
    if (n == 0) {
      return new Finding(
          check,
          Level.OK,
          words("Of %s too little is left to ask whether more effort would break it.", label),
          Map.of("left", left, "sampled", 0.0));
    }
    Estimate share = Intervals.wilson(fell);
    long broken = Math.round(share.value() * n);
    Level level = Level.of(left * share.low(), UNFINISHED, FAR_FROM_FINISHED);
    return new Finding(
        check,
        level,
        broken == 0
            ? words(
                "Of %d sampled survivors of %s, none falls to %.1f times the passes by another attack:"
                    + " the true worst case is lower by at most %.1f points (95 %%).",
                n, label, times, 100 * left * share.high())
            : words(
                "At least %d of %d sampled survivors of %s fall to %.1f times the passes by another"
                    + " attack: the true worst case is lower by about %.1f points (%.1f to %.1f).",
                broken,
                n,
                label,
                times,
                100 * left * share.value(),
                100 * left * share.low(),
                100 * left * share.high()),
        Map.of(
            "left",
            left,
            "sampled",
            (double) n,
            "broken",
            (double) broken,
            "times_the_passes",
            times,
            "points",
            left * share.value(),
            "points_low",
            left * share.low(),
            "points_high",
            left * share.high()));
  }

  /**
   * Judges adversarial images as files could hold them.
   *
   * @param before how far each query moved, in parts of its distance to another image
   * @param after the same with pixels rounded to 256 levels
   * @param belowALevel how far changes smaller than one level move clean images
   */
  public static Finding eightBit(double[] before, double[] after, double[] belowALevel) {
    double first = median(before);
    double second = median(after);
    double below = median(belowALevel);
    Level level = Level.OK;
    String text =
        "Adversarial images do as much when their pixels are rounded to 8 bits; changes below a"
            + " level do nothing.";
    if (below > BELOW_A_LEVEL) {
      level = Level.UNRELIABLE;
      text =
          words(
              "Changes smaller than one of 256 levels move an embedding %.0f %% of the way to another"
                  + " image: the model treats images that no file can hold in another way, and"
                  + " attacks work with such images.",
              100 * below);
    } else if (second < LOST * first) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "Rounded to 8 bits, adversarial images move embeddings %.2f times as far as before:"
                  + " what breaks the model is lost in any file.",
              second / first);
    } else if (first < LOST * second) {
      level = Level.UNRELIABLE;
      text =
          words(
              "Rounded to 8 bits, adversarial images move embeddings %.1f times as far as before: the"
                  + " model hides something from images that no file can hold.",
              second / first);
    }
    return new Finding(
        "eight-bit",
        level,
        text,
        Map.of("moved", first, "moved_when_rounded", second, "moved_below_a_level", below));
  }

  private static double median(double[] values) {
    double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
