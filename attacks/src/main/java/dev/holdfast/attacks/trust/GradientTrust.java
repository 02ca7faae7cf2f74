package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.metrics.stats.Quantile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Whether gradients can be followed, and are those of the function that is computed (Carlini et
 * al., 1902.06705; Pintor et al., "Indicators of Attack Failure", 2106.09947).
 */
public final class GradientTrust {

  /** Steps at which a differentiable function in float32 agrees with its gradient. */
  private static final int SMALLEST = 0;

  private static final int SMALL = 1;

  /** A quarter of one of 256 levels: no attack takes smaller steps. */
  private static final int VISIBLE = 2;

  private static final double MISMATCH = 0.2;
  private static final double OTHER_FUNCTION = 0.5;
  private static final double BENT = 0.6;

  /** Above the rounding of float32, in parts of the length of the embedding. */
  private static final double ROUGH = 3e-6;

  private static final double ALIGNED = 0.99;

  private static final double BLIND_PIXELS = 1 / 3.0;

  private GradientTrust() {}

  /** Judges whether there is a gradient that an attack can follow. */
  public static Finding usable(List<LocalResponse> images) {
    int n = images.size();
    int notFinite = (int) images.stream().filter(r -> !r.finite()).count();
    int zero = (int) images.stream().filter(r -> r.finite() && r.gradientSum() == 0).count();
    int without = (int) images.stream().filter(r -> !r.usable()).count();
    int saturated = without - notFinite - zero;
    double blind = median(images, LocalResponse::zeroShare);
    Level level = without == 0 ? Level.OK : 2 * without < n ? Level.SUSPICIOUS : Level.UNRELIABLE;
    String text = "Every image has a gradient that an attack can follow.";
    if (without > 0) {
      List<String> reasons = new ArrayList<>();
      if (zero > 0) {
        reasons.add("zero for " + zero);
      }
      if (notFinite > 0) {
        reasons.add("not finite for " + notFinite);
      }
      if (saturated > 0) {
        reasons.add(
            "too small to explain what noise does, as where a function saturates, for "
                + saturated);
      }
      text =
          words(
              "Of %d images, the gradient is %s: gradient attacks cannot move them, which is no"
                  + " robustness.",
              n, String.join(", ", reasons));
    } else if (blind > BLIND_PIXELS) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "The gradient is exactly zero for %.0f %% of the pixel values: the model may cut or"
                  + " mask its input, and gradient attacks do not touch those pixels.",
              100 * blind);
    }
    return new Finding(
        "gradient",
        level,
        text,
        Map.of(
            "images",
            (double) n,
            "images_without_gradient",
            (double) without,
            "images_with_zero_gradient",
            (double) zero,
            "images_with_gradient_not_finite",
            (double) notFinite,
            "images_with_saturated_gradient",
            (double) saturated,
            "zero_share",
            blind));
  }

  /** Judges whether gradients are those of the function: central differences against autograd. */
  public static Finding agrees(List<LocalResponse> images) {
    List<LocalResponse> moving =
        images.stream()
            .filter(LocalResponse::finite)
            .filter(r -> !Double.isNaN(r.error(SMALL)))
            .toList();
    if (moving.isEmpty()) {
      return new Finding(
          "finite-difference",
          Level.SUSPICIOUS,
          "Gradients could not be checked: they are not finite, or nothing moves under small"
              + " changes of the pixels.",
          Map.of("images", 0.0));
    }
    double[] errors =
        moving.stream()
            .mapToDouble(r -> Math.min(nanIsLarge(r.error(SMALLEST)), r.error(SMALL)))
            .sorted()
            .toArray();
    double median = Quantile.observed(errors, 0.5);
    double high = Quantile.observed(errors, 0.75);
    double scale = median(moving, r -> r.scale(SMALL));
    double alignment = median(moving, r -> r.alignment(SMALL));
    double bent = median(moving, r -> r.error(VISIBLE));
    double surprise = median(moving, r -> r.surprise(SMALLEST));
    double tiny = median(moving, r -> nanIsLarge(r.error(SMALLEST)));
    Level level = Level.OK;
    String text =
        words(
            "Gradients agree with differences of the loss to %.1f %%.", 100 * Math.min(median, 1));
    if (median > OTHER_FUNCTION) {
      // Attacks take the direction of a gradient, not its size.
      level = alignment > ALIGNED ? Level.SUSPICIOUS : Level.UNRELIABLE;
      text = mismatch(alignment, scale);
    } else if (median > MISMATCH || high > OTHER_FUNCTION) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "Gradients miss %.0f %% of what small changes do (%.0f %% for the worst quarter of"
                  + " images): a part of the model lets none through, or passes on another one.",
              100 * median, 100 * high);
    } else if (tiny > MISMATCH && surprise > ROUGH) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "The embedding jumps by %.2g of its length under changes of 1e-5, which its gradient"
                  + " does not foresee: the model adds noise that its input seeds, or computes in"
                  + " steps.",
              surprise);
    } else if (bent > BENT) {
      level = Level.SUSPICIOUS;
      text =
          words(
              "Gradients hold for invisible changes only: over a quarter of an 8-bit level they miss"
                  + " %.0f %% of what happens. Attacks that follow them may look weaker than they"
                  + " could be.",
              100 * Math.min(bent, 1));
    }
    return new Finding(
        "finite-difference",
        level,
        text,
        Map.of(
            "images",
            (double) moving.size(),
            "median_error",
            median,
            "upper_quartile_error",
            high,
            "median_alignment",
            alignment,
            "median_error_at_0.001",
            bent,
            "surprise_at_0.00001",
            surprise));
  }

  /**
   * Judges the same of images that an attack has changed: a model may have gradients for clean
   * images alone.
   */
  public static Finding underAttack(List<LocalResponse> images) {
    Finding usable = usable(images);
    Finding agrees = agrees(images);
    Finding worse = agrees.level().compareTo(usable.level()) > 0 ? agrees : usable;
    Map<String, Double> figures = new TreeMap<>(usable.figures());
    figures.putAll(agrees.figures());
    figures.put("images", (double) images.size());
    return new Finding(
        "gradient-under-attack",
        worse.level(),
        worse.level() == Level.OK
            ? "Images that an attack has changed have gradients as good as clean ones."
            : "Where an attack has led: " + worse.text(),
        figures);
  }

  /**
   * Says what is wrong with a gradient.
   *
   * @param alignment cosine between what small changes do and what the gradient says; 0 for none
   * @param scale how many times as large what it says is
   */
  private static String mismatch(double alignment, double scale) {
    if (scale == 0) {
      return "Gradients are zero although small changes of the pixels move the embedding: the model"
          + " cuts the way to its input, so attacks that follow gradients fail.";
    }
    if (alignment > ALIGNED) {
      return words(
          "Gradients have the right direction and the wrong size: they are %.2g times as large as"
              + " what small changes do.",
          scale);
    }
    if (alignment < -ALIGNED) {
      return "Gradients point the wrong way: what they say raises the loss lowers it, so attacks"
          + " that follow them fail.";
    }
    return "Gradients are not those of the function that the model computes: they miss more than"
        + " half of what small changes do, so attacks that follow them may fail.";
  }

  private static double nanIsLarge(double value) {
    return Double.isNaN(value) ? Double.MAX_VALUE : value;
  }

  private static double median(List<LocalResponse> images, ToDoubleFunction<LocalResponse> value) {
    return Quantile.observed(images.stream().mapToDouble(value).sorted().toArray(), 0.5);
  }
}
