package dev.holdfast.harness.config;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.Locale;

/** Which adversarial images are kept. */
public enum EvidenceMode {
  /** Those of a few queries, the same in every cell, losslessly. */
  SAMPLE,
  /** All of them, losslessly. */
  ALL,
  /** None but those that the report shows. */
  NONE;

  /** Returns the word of the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the mode for a word of the command line; {@code auto} is an older word for a sample.
   *
   * @throws InputException if there is none
   */
  public static EvidenceMode of(String word) {
    return Arrays.stream(values())
        .filter(m -> m.id().equals(word.equals("auto") ? SAMPLE.id() : word))
        .findFirst()
        .orElseThrow(
            () ->
                InputException.unknown(
                    "evidence",
                    word,
                    "the command line",
                    Arrays.stream(values()).map(EvidenceMode::id).toList()));
  }
}
