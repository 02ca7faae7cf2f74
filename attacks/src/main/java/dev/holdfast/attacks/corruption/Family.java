package dev.holdfast.attacks.corruption;

import java.util.Locale;

/** What kind of thing goes wrong with the image. mCE is over the first four. */
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
}
