package dev.holdfast.models.image;

import java.io.IOException;

/**
 * The part of an image that an item is: columns from {@code left} up to {@code right} and rows from
 * {@code top} up to {@code bottom}, counted from 0, the last ones not included.
 */
public record Box(int left, int top, int right, int bottom) {

  /** Returns the four numbers in the order of the columns of a manifest. */
  public String text() {
    return "%d,%d,%d,%d".formatted(left, top, right, bottom);
  }

  /** Returns the part as an image of its own. */
  public RgbImage cut(RgbImage whole) throws IOException {
    if (right > whole.width() || bottom > whole.height()) {
      throw new IOException(
          "the box %s leaves the image, which has %d x %d pixels"
              .formatted(text(), whole.width(), whole.height()));
    }
    int row = 3 * (right - left);
    byte[] part = new byte[row * (bottom - top)];
    for (int y = top; y < bottom; y++) {
      int from = 3 * (y * whole.width() + left);
      System.arraycopy(whole.rgb(), from, part, (y - top) * row, row);
    }
    return new RgbImage(right - left, bottom - top, part);
  }
}
