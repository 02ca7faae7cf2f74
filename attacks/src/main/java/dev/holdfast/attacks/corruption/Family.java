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
  EXTRA,
  /** Where the camera stands. Beyond its border an image goes on mirrored. */
  GEOMETRIC,
  /** Something before the object. */
  OCCLUSION,
  /** Color and exposure. */
  COLOR,
  /** Rain, and motion in any direction. */
  SCENE,
  /** What happens to an image that is passed on. */
  SHARING,
  /** Two corruptions one after the other. */
  COMBINED;

  /** Returns the id that reports use, such as {@code noise}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the families of ImageNet-C whose corruptions mCE is the mean over. */
  public static List<Family> ofMeanError() {
    return List.of(NOISE, BLUR, WEATHER, DIGITAL);
  }

  /** Returns whether its corruptions are those of ImageNet-C, with the published parameters. */
  public boolean isOfImageNetC() {
    return compareTo(EXTRA) <= 0;
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
