package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.Bilinear;
import dev.holdfast.attacks.imaging.Border;
import dev.holdfast.attacks.imaging.EightBit;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * Five pictures of frost on glass, from which {@link Frost} cuts pieces: drawn by the program, or
 * the photographs of the original benchmark, whose origin is not stated, so that they do not come
 * with Holdfast. Equal when their names are.
 */
public final class FrostTextures {

  /** How many there are. The original has a sixth, which it never draws. */
  static final int COUNT = 5;

  private static final FrostTextures PROCEDURAL =
      new FrostTextures("procedural", FrostDrawing::draw);

  private final String name;
  private final IntFunction<PixelImage> pictures;

  /** Pictures by number and scale, made where first used. */
  private final Map<List<Object>, PixelImage> scaled = new ConcurrentHashMap<>();

  private FrostTextures(String name, IntFunction<PixelImage> pictures) {
    this.name = name;
    this.pictures = pictures;
  }

  /** Returns the pictures that the program draws. */
  public static FrostTextures procedural() {
    return PROCEDURAL;
  }

  /**
   * Reads the original's photographs {@code frost1} to {@code frost5}, as PNG or JPEG.
   *
   * @throws InputException if one is missing or cannot be read
   */
  public static FrostTextures read(Path folder) {
    List<PixelImage> pictures = new ArrayList<>();
    MessageDigest digest = Sha256.digest();
    for (int i = 1; i <= COUNT; i++) {
      Path file = find(folder, "frost" + i);
      try {
        byte[] bytes = Files.readAllBytes(file);
        digest.update(bytes);
        pictures.add(image(ImageDecoder.decode(bytes)));
      } catch (IOException e) {
        throw new InputException(
            "The frost picture (%s) cannot be read: %s.".formatted(file, Reason.of(e)), e);
      }
    }
    String hash = Sha256.hex(digest).substring(0, 8);
    return new FrostTextures("photographs-" + hash, pictures::get);
  }

  /** Returns {@code procedural}, or {@code photographs-} and a hash of them. */
  public String name() {
    return name;
  }

  /** Returns a picture at another size; see {@link #COUNT}. */
  PixelImage get(int number, double scale) {
    return scaled.computeIfAbsent(
        List.of(number, scale), key -> scaled(pictures.apply(number), scale));
  }

  /** Resizes linearly between pixel centers, to whole levels, as OpenCV does. */
  private static PixelImage scaled(PixelImage picture, double scale) {
    if (scale == 1) {
      return picture;
    }
    int height = (int) Math.rint(picture.height() * scale);
    int width = (int) Math.rint(picture.width() * scale);
    float[] values = new float[3 * height * width];
    Bilinear source =
        new Bilinear(picture.values(), picture.height(), picture.width(), Border.NEAREST);
    for (int i = 0; i < height * width; i++) {
      int row = i / width;
      int column = i % width;
      double y = (row + .5) / scale - .5;
      double x = (column + .5) / scale - .5;
      int wholeY = (int) Math.floor(y);
      int wholeX = (int) Math.floor(x);
      source.at(
          wholeY, (float) (y - wholeY), wholeX, (float) (x - wholeX), values, i, height * width);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(values[i] * EightBit.MAX_LEVEL) / (float) EightBit.MAX_LEVEL;
    }
    return PixelImage.rgb(height, width, values);
  }

  private static Path find(Path folder, String name) {
    for (String ending : List.of(".png", ".jpg", ".jpeg")) {
      Path file = folder.resolve(name + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw InputException.of(
        "frost-dir",
        folder,
        "the command line",
        "hold pictures frost1 to frost5 (.png or .jpg), but there is no " + name,
        "leave it out: the program then draws frost itself");
  }

  private static PixelImage image(RgbImage image) {
    int area = image.width() * image.height();
    float[] values = new float[3 * area];
    for (int i = 0; i < values.length; i++) {
      values[i] = (image.rgb()[i % area * 3 + i / area] & 0xff) / (float) EightBit.MAX_LEVEL;
    }
    return PixelImage.rgb(image.height(), image.width(), values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrostTextures textures && textures.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
