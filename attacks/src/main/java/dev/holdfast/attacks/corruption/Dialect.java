package dev.holdfast.attacks.corruption;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Which of the published severity tables applies. The tables of small images are not scaled copies
 * of those of large ones, so figures of different dialects cannot be compared.
 */
public enum Dialect {
  /** CIFAR-10-C, 32 px. */
  HENDRYCKS_32,
  /** Tiny ImageNet-C and ImageNet-64x64-C, 64 px. */
  HENDRYCKS_64,
  /** ImageNet-C, 224 px. */
  HENDRYCKS_224;

  private static final int LONGEST_SIDE_32 = 45;
  private static final int LONGEST_SIDE_64 = 120;

  /** Returns the id that configurations and reports use, such as {@code hendrycks-224}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the dialect for an image by its longer side: up to 45 px, up to 120 px, above. */
  public static Dialect forSize(int height, int width) {
    int side = Math.max(height, width);
    if (side <= LONGEST_SIDE_32) {
      return HENDRYCKS_32;
    }
    return side <= LONGEST_SIDE_64 ? HENDRYCKS_64 : HENDRYCKS_224;
  }

  /**
   * @throws InputException if no dialect has that id
   */
  public static Dialect of(String id) {
    return Arrays.stream(values())
        .filter(d -> d.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                InputException.unknown(
                    "dialect",
                    id,
                    "a corruption",
                    Arrays.stream(values()).map(Dialect::id).toList()));
  }
}
