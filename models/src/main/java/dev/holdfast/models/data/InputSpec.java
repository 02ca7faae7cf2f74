package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.util.Objects;

/**
 * What images look like when a model gets them: the {@code input} section of a model card. The
 * short side is resized to {@code resizeShortSide}, then the center is cut out.
 *
 * @param height rows of the model input, 1 to 16384
 * @param width columns of the model input, 1 to 16384
 * @param color the channels that the model expects
 * @param resize the filter of the resize
 * @param resizeShortSide length of the short side after the resize, at least the height and width
 * @param crop how the model input is cut out: {@code center}
 */
public record InputSpec(
    int height, int width, ColorMode color, ResizeFilter resize, int resizeShortSide, String crop) {

  private static final String OWNER = "the model input";

  /** The values of one image fit into an array. */
  private static final int LARGEST = 16384;

  /**
   * Checks that the crop fits into the resized image.
   *
   * @throws InputException if it does not
   */
  public InputSpec {
    Objects.requireNonNull(color, "color");
    Objects.requireNonNull(resize, "resize");
    if (height > LARGEST || width > LARGEST) {
      throw InputException.of(
          height > LARGEST ? "height" : "width",
          Math.max(height, width),
          OWNER,
          "be at most " + LARGEST,
          "a digit is too much");
    }
    if (height < 1) {
      throw InputException.of(
          "height", height, OWNER, "be at least 1", "the model card lacks input.height");
    }
    if (width < 1) {
      throw InputException.of(
          "width", width, OWNER, "be at least 1", "the model card lacks input.width");
    }
    if (resizeShortSide < Math.max(height, width)) {
      throw InputException.of(
          "resize_short_side",
          resizeShortSide,
          OWNER,
          "be at least as large as its height (" + height + ") and width (" + width + ")",
          "set it to " + Math.max(height, width));
    }
    if (!"center".equals(crop)) {
      throw InputException.of("crop", crop, OWNER, "be center", "set crop: center");
    }
  }

  /** Returns the number of values in one model input: channels x height x width. */
  public int values() {
    return color.channels() * height * width;
  }
}
