package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.metrics.stats.Intervals;
import java.util.Arrays;
import java.util.Map;

/** Whether recall is what a draw of gallery items would give, where it should or should not be. */
public final class ChanceLevel {

  /** How far above chance recall must be before a sample can be expected to show it. */
  private static final double CLEAR = 0.1;

  private ChanceLevel() {}

  /** Returns the level above which recall is clearly more than chance. */
  private static double clear(double chance) {
    return Math.max(2 * chance, chance + CLEAR);
  }

  /**
   * Judges clean recall@1.
   *
   * @param hits 0 or 1 for each query
   * @param chance for each query, the share of the gallery that is relevant
   */
  public static Finding clean(double[] hits, double[] chance) {
    Estimate recall = Intervals.wilson(hits);
    double level = Arrays.stream(chance).average().orElse(Double.NaN);
    Level verdict = Level.OK;
    String text =
        words(
            "Clean recall@1 (%.1f %%) is above chance (%.1f %%).",
            100 * recall.value(), 100 * level);
    if (!(recall.low() > level)) {
      verdict = recall.high() < clear(level) ? Level.UNRELIABLE : Level.SUSPICIOUS;
      text =
          words(
              "Clean recall@1 is %.1f %% (%.1f to %.1f %%), and a draw of gallery items would reach"
                  + " %.1f %%: "
                  + (verdict == Level.UNRELIABLE
                      ? "the model recognizes nothing here that an attack could break."
                      : "with so few queries nobody can tell whether the model recognizes anything"
                          + " here that an attack could break."),
              100 * recall.value(),
              100 * recall.low(),
              100 * recall.high(),
              100 * level);
    }
    return new Finding("clean-recall", verdict, text, figures(recall, level));
  }

  /**
   * Judges recall@1 under an attack that may change every pixel at will.
   *
   * @param hits 0 or 1 for each query under attack
   * @param chance for each query, the share of the gallery that is relevant
   */
  public static Finding unbounded(double[] hits, double[] chance) {
    Estimate recall = Intervals.wilson(hits);
    double level = Arrays.stream(chance).average().orElse(Double.NaN);
    Level verdict =
        !(recall.low() > level)
            ? Level.OK
            : recall.low() > clear(level) ? Level.UNRELIABLE : Level.SUSPICIOUS;
    return new Finding(
        "unbounded-attack",
        verdict,
        verdict == Level.OK
            ? words(
                "An attack that may change every pixel at will leaves no more than chance"
                    + " (%.1f %% of %d queries).",
                100 * recall.value(), recall.n())
            : words(
                "An attack that may change every pixel at will leaves %.1f %% of %d queries right"
                    + " (chance: %.1f %%). It could show any other image, so it fails: its"
                    + " gradients lead nowhere, and numbers under smaller budgets flatter the model.",
                100 * recall.value(), recall.n(), 100 * level),
        figures(recall, level));
  }

  private static Map<String, Double> figures(Estimate recall, double chance) {
    return Map.of(
        "recall", recall.value(),
        "recall_low", recall.low(),
        "recall_high", recall.high(),
        "chance", chance,
        "queries", (double) recall.n());
  }
}
