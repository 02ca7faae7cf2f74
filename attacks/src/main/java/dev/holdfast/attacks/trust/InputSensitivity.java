package dev.holdfast.attacks.trust;

import static dev.holdfast.attacks.trust.Finding.words;

import dev.holdfast.attacks.trust.Finding.Level;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Check that an embedding depends on the picture: on all parts of it, and on where its pixels are.
 */
public final class InputSensitivity {

  private static final double NOTHING = 0.02;
  private static final int ENOUGH = 4;

  private InputSensitivity() {}

  /** A part of an image that is taken from another one. */
  public enum Part {
    /** The left half. */
    LEFT("the left half of an image"),
    /** The right half. */
    RIGHT("the right half of an image"),
    /** The upper half. */
    TOP("the upper half of an image"),
    /** The lower half. */
    BOTTOM("the lower half of an image"),
    /** All but a border of an eighth on each side. */
    INSIDE("the inside of an image"),
    /** Every pixel, each put somewhere else: colors stay, the picture does not. */
    PLACES("the places of the pixels");

    private final String words;

    Part(String words) {
      this.words = words;
    }

    /** Tells whether a pixel belongs to the part; always for {@link #PLACES}. */
    public boolean contains(int x, int y, int width, int height) {
      return switch (this) {
        case LEFT -> 2 * x < width;
        case RIGHT -> 2 * x >= width;
        case TOP -> 2 * y < height;
        case BOTTOM -> 2 * y >= height;
        case INSIDE ->
            8 * x >= width
                && 8 * (x + 1) <= 7 * width
                && 8 * y >= height
                && 8 * (y + 1) <= 7 * height;
        case PLACES -> true;
      };
    }
  }

  /**
   * Judges what exchanges of parts did.
   *
   * @param moved for each part, one number for each image that the exchange changed: how far its
   *     embedding moved, in parts of its distance to the embedding of the other image
   */
  public static Finding judge(Map<Part, double[]> moved) {
    Map<String, Double> figures = new TreeMap<>();
    Map<Part, Double> unused = new EnumMap<>(Part.class);
    moved.forEach(
        (part, values) -> {
          double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
          if (sorted.length >= ENOUGH) {
            double median = sorted[sorted.length / 2];
            figures.put("moved_by_" + part.name().toLowerCase(java.util.Locale.ROOT), median);
            if (median < NOTHING) {
              unused.put(part, median);
            }
          }
        });
    List<String> names = unused.keySet().stream().map(part -> part.words).toList();
    return new Finding(
        "input-use",
        names.isEmpty() ? Level.OK : Level.SUSPICIOUS,
        names.isEmpty()
            ? "Every part of an image, and where its pixels are, has an influence on its embedding."
            : words(
                "The embedding hardly depends on %s: what it does not look at cannot be attacked,"
                    + " and says nothing about recognition.",
                String.join(", ", names)),
        figures);
  }
}
