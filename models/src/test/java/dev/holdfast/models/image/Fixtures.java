package dev.holdfast.models.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Small images and data sets for tests. */
public final class Fixtures {

  public static final InputSpec SMALL =
      new InputSpec(6, 8, ColorMode.RGB, ResizeFilter.BILINEAR, 8);

  private Fixtures() {}

  /** Returns an image whose every pixel differs with the seed. */
  static BufferedImage image(int width, int height, int seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (seed * 7919 + x * 0x050b03 + y * 0x020d11) & 0xffffff);
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalArgumentException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path writePng(Path file, int seed) {
    return write(file, encode(image(10, 9, seed), "png"));
  }

  public static Path writeJpeg(Path file, int seed) {
    return write(file, encode(image(10, 9, seed), "jpg"));
  }

  public static Path writeText(Path file, String text) {
    return write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Three classes of four images each: {@code apple}, {@code pear}, {@code plum}. */
  public static Path twelveImages(Path dir) {
    int seed = 0;
    for (String name : new String[] {"plum", "apple", "pear"}) {
      for (int i = 0; i < 4; i++) {
        writePng(dir.resolve(name).resolve("image" + i + ".png"), ++seed);
      }
    }
    return dir;
  }

  static byte[] resource(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
