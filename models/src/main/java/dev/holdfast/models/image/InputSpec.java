package dev.holdfast.models.image;

import dev.holdfast.metrics.error.InputException;
import java.util.Objects;

/**
 * What images look like when a model gets them: the {@code input} section of a model card.
 *
 * @param height rows of the model input, 1 to 16384
 * @param width columns of the model input, 1 to 16384
 * @param color the channels that the model expects
 * @param filter the filter of the resize
 * @param antialias whether the filter is stretched where the image shrinks
 * @param framing how the image comes to that size
 */
public record InputSpec(
    int height,
    int width,
    ColorMode color,
    ResizeFilter filter,
    boolean antialias,
    Framing framing) {

  private static final String OWNER = "the model input";

  /** The values of one image fit into an array. */
  private static final int LARGEST = 16384;

  /**
   * Checks that sizes and framing fit each other.
   *
   * @throws InputException if they do not
   */
  public InputSpec {
    Objects.requireNonNull(color, "color");
    Objects.requireNonNull(filter, "filter");
    Objects.requireNonNull(framing, "framing");
    check("height", height, 1, "the model card lacks input.height");
    check("width", width, 1, "the model card lacks input.width");
    if (framing instanceof Framing.ShortSide side && side.length() < Math.min(height, width)) {
      throw InputException.of(
          "resize_short_side",
          side.length(),
          OWNER,
          "be at least as large as the smaller of its height ("
              + height
              + ") and width ("
              + width
              + "), or no image fills it",
          "set it to %d, or give both sides: resize: {height: %d, width: %d}"
              .formatted(Math.max(height, width), height, width));
    }
    if (framing instanceof Framing.BothSides sides) {
      check("resize.height", sides.height(), height, "set it to the height of the model input");
      check("resize.width", sides.width(), width, "set it to the width of the model input");
    }
    if (!antialias && !filter.hasPlain()) {
      throw InputException.of(
          "antialias",
          false,
          OWNER,
          "be left out for the filter " + filter.id(),
          filter == ResizeFilter.NEAREST
              ? "delete it: nearest never mixes pixels"
              : "take bilinear or bicubic, which other libraries have without");
    }
  }

  /** Short side and center crop, antialiased. */
  public InputSpec(
      int height, int width, ColorMode color, ResizeFilter filter, int resizeShortSide) {
    this(height, width, color, filter, true, new Framing.ShortSide(resizeShortSide));
  }

  private static void check(String key, int value, int least, String remedy) {
    if (value < least) {
      throw InputException.of(key, value, OWNER, "be at least " + least, remedy);
    }
    if (value > LARGEST) {
      throw InputException.of(key, value, OWNER, "be at most " + LARGEST, "a digit is too much");
    }
  }

  /** Returns the number of values in one model input: channels x height x width. */
  public int values() {
    return color.channels() * height * width;
  }

  /** Returns a text that differs for whatever makes other pixels of the same image. */
  public String pixelKey() {
    String filterKey = filter.id() + (antialias ? "" : "-plain");
    return height
        + " "
        + width
        + " "
        + filterKey
        + " "
        + (framing instanceof Framing.ShortSide side ? side.length() + " center" : framing);
  }
}
