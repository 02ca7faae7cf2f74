package dev.holdfast.models.image;

import dev.holdfast.models.image.jpeg.JpegFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The formats whose levels are known to be those that Pillow gives. */
enum ImageFormat {
  JPEG,
  PNG,
  BMP,
  GIF;

  /**
   * How another format begins.
   *
   * @param at where these characters, bytes as ISO 8859-1, stand
   */
  private record Other(int at, String characters, String name) {}

  private static final List<Other> OTHERS =
      List.of(
          new Other(8, "WEBP", "WebP"),
          new Other(0, "II*\0", "TIFF"),
          new Other(0, "MM\0*", "TIFF"),
          new Other(4, "ftypavif", "AVIF"),
          new Other(4, "ftyp", "HEIF"),
          new Other(4, "jP  \r\n", "JPEG 2000"),
          new Other(0, "\u00ffO\u00ffQ", "JPEG 2000"),
          new Other(4, "JXL \r\n", "JPEG XL"),
          new Other(0, "\u00ff\n", "JPEG XL"),
          new Other(0, "P5", "PGM"),
          new Other(0, "P6", "PPM"),
          new Other(0, "8BPS", "Photoshop"),
          new Other(0, "\0\0\1\0", "ICO"),
          new Other(0, "%PDF", "PDF"));

  /**
   * Returns the format of a file by its first bytes.
   *
   * @throws IOException if it is another one; the message is the reason
   */
  static ImageFormat of(byte[] file) throws IOException {
    String head =
        new String(Arrays.copyOf(file, Math.min(64, file.length)), StandardCharsets.ISO_8859_1);
    if (JpegFile.isJpeg(file)) {
      return JPEG;
    } else if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    } else if (head.startsWith("BM")) {
      return BMP;
    } else if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
      return GIF;
    }
    for (Other other : OTHERS) {
      if (head.startsWith(other.characters(), other.at())) {
        throw new IOException(
            "the format " + other.name() + " is not supported; convert it to PNG");
      }
    }
    String text = head.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      throw new IOException("the file is a web page: its download failed");
    }
    throw new IOException("the file is no JPEG, PNG, BMP or GIF image");
  }
}
