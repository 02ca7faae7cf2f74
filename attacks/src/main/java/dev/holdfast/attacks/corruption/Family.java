package dev.holdfast.attacks.corruption;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What kind of thing goes wrong with the image. */
public enum Family {
  /** Noise of the sensor. */
  NOISE,
  /** Blur of the lens or of motion. */
  BLUR,
  /** Weather and light. */
  WEATHER,
  /** Processing and storage. */
  DIGITAL,
  /** The four corruptions that Hendrycks and Dietterich hold out of mCE. */
  EXTRA;

  /** Returns the id that reports use, such as {@code noise}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the families of ImageNet-C whose corruptions mCE is the mean over. */
  public static List<Family> ofMeanError() {
    return List.of(NOISE, BLUR, WEATHER, DIGITAL);
  }

  /**
   * @throws InputException if no family has that id
   */
  public static Family of(String id) {
    return Arrays.stream(values())
        .filter(f -> f.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                InputException.unknown(
                    "family",
                    id,
                    "a corruption",
                    Arrays.stream(values()).map(Family::id).toList()));
  }
}
