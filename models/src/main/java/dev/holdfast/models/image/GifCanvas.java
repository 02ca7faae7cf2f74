package dev.holdfast.models.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;

/**
 * The canvas of a GIF and the place of its first frame, which may be smaller. As Pillow has it, the
 * canvas grows with the frame, and what the frame leaves free has the color of its transparent
 * index, or of index 0.
 *
 * @param width columns of the canvas
 * @param height rows of the canvas
 * @param left column where the frame begins
 * @param top row where the frame begins
 * @param fill index of the color of what is free
 */
record GifCanvas(int width, int height, int left, int top, int fill) {

  private static final int HEADER = 13;
  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2c;
  private static final int GRAPHIC_CONTROL = 0xf9;

  /**
   * @throws IOException if the file has no frame
   */
  static GifCanvas of(byte[] file) throws IOException {
    try {
      return read(file);
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IOException("the image is truncated", e);
    }
  }

  private static GifCanvas read(byte[] file) throws IOException {
    int at = HEADER;
    if ((file[10] & 0x80) != 0) {
      at += 3 << ((file[10] & 7) + 1);
    }
    int fill = 0;
    while (true) {
      int block = file[at] & 0xff;
      if (block == IMAGE) {
        int left = word(file, at + 1);
        int top = word(file, at + 3);
        return new GifCanvas(
            Math.max(word(file, 6), left + word(file, at + 5)),
            Math.max(word(file, 8), top + word(file, at + 7)),
            left,
            top,
            fill);
      }
      if (block != EXTENSION) {
        throw new IOException("the image is damaged: there is no frame in it");
      }
      if ((file[at + 1] & 0xff) == GRAPHIC_CONTROL && (file[at + 3] & 1) != 0) {
        fill = file[at + 6] & 0xff;
      }
      at += 2;
      while (file[at] != 0) {
        at += 1 + (file[at] & 0xff);
      }
      at++;
    }
  }

  private static int word(byte[] file, int at) {
    return (file[at] & 0xff) | (file[at + 1] & 0xff) << 8;
  }

  /** Returns the canvas with the frame on it. */
  RgbImage with(RgbImage frame, BufferedImage image) {
    if (frame.width() == width && frame.height() == height) {
      return frame;
    }
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    int color =
        image.getColorModel() instanceof IndexColorModel palette && fill < palette.getMapSize()
            ? palette.getRGB(fill)
            : 0;
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) (color >> 16);
      rgb[i + 1] = (byte) (color >> 8);
      rgb[i + 2] = (byte) color;
    }
    for (int y = 0; y < frame.height(); y++) {
      System.arraycopy(
          frame.rgb(),
          3 * y * frame.width(),
          rgb,
          3 * ((top + y) * width + left),
          3 * frame.width());
    }
    return new RgbImage(width, height, rgb);
  }
}
