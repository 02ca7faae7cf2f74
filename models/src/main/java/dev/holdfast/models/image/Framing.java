package dev.holdfast.models.image;

import dev.holdfast.metrics.error.InputException;
import java.util.List;

/** How an image of any size becomes one of the size of the model input. */
public sealed interface Framing {

  /**
   * The short side becomes {@code length} and the other side keeps the ratio, rounded down; then
   * the center is cut out. Where the crop reaches outside, the image is black, as torchvision's
   * {@code Resize(length), CenterCrop((height, width))} has it.
   *
   * @param length of the short side, at least the smaller of height and width
   */
  record ShortSide(int length) implements Framing {}

  /**
   * Both sides become what is said, whatever that does to the ratio, as torchvision's {@code
   * Resize((height, width))} has it; where that is larger than the model input, the center is cut
   * out.
   *
   * @param height rows, at least those of the model input
   * @param width columns, at least those of the model input
   */
  record BothSides(int height, int width) implements Framing {}

  /**
   * The whole image, as large as fits, in the middle of a color. The shorter of the two sides is
   * rounded, and so is where the image begins, halves to the even neighbor: as Pillow's {@code
   * ImageOps.pad} has it.
   *
   * @param color red, green and blue, each 0 to 255, in this order whatever the network gets
   */
  record Letterbox(List<Integer> color) implements Framing {

    /**
     * Checks the color.
     *
     * @throws InputException if it is none
     */
    public Letterbox {
      if (color == null
          || color.size() != 3
          || color.stream().anyMatch(c -> c == null || c < 0 || c > 255)) {
        throw InputException.of(
            "letterbox",
            color,
            "the model input",
            "be a color of three whole numbers from 0 to 255",
            "write letterbox: [114, 114, 114], red first");
      }
      color = List.copyOf(color);
    }
  }
}
