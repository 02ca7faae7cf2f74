package dev.holdfast.models.image;

import dev.holdfast.metrics.error.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The channels that a model expects. */
public enum ColorMode {
  /** Red, green, blue. */
  RGB,
  /** Blue, green, red: pixels stay RGB everywhere, the model wrapper turns them round. */
  BGR,
  /** One channel of luma. */
  GRAY;

  /** Returns the id that model cards use: {@code rgb}, {@code bgr} or {@code gray}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the number of channels: 1 for {@link #GRAY}, else 3. */
  public int channels() {
    return this == GRAY ? 1 : 3;
  }

  /**
   * Returns the color mode with that id.
   *
   * @throws InputException if there is none
   */
  public static ColorMode of(String id) {
    List<String> known = Arrays.stream(values()).map(ColorMode::id).toList();
    int index = known.indexOf(id);
    if (index < 0) {
      throw InputException.unknown("color", id, "the model input", known);
    }
    return values()[index];
  }
}
