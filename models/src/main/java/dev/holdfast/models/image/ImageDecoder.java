package dev.holdfast.models.image;

import dev.holdfast.models.image.jpeg.JpegFile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Turns image files into 8-bit RGB as Pillow's {@code Image.open(file).convert("RGB")} does: the
 * stored levels are taken as they are. Color profiles, gamma and EXIF rotation are not applied;
 * alpha is dropped, not blended; of an animation the first frame counts. Other than Pillow, which
 * clips gray levels of 16 bits to white, the upper 8 bits of every 16-bit channel are taken.
 *
 * <p>Nothing depends on the Java platform: a JPEG is decoded here, and what ImageIO reads is stored
 * without loss. ImageIO's own conversions go through color spaces and change levels (its gray is
 * linear), so that only raw samples are asked of it.
 */
public final class ImageDecoder {

  /**
   * Larger images than this are taken for an attack or a mistake; Pillow warns at the same size.
   */
  private static final long MOST_PIXELS = 89_478_485;

  /** Names what levels are decoded to: another value where a change to it changes them. */
  public static final String VERSION = "holdfast-2";

  /** Where a BMP file says how its pixels are stored, if its head is of 40 bytes or more. */
  private static final int BMP_HEAD = 14;

  private static final int BMP_COMPRESSION = 30;
  private static final int BMP_JPEG = 4;
  private static final int BMP_PNG = 5;

  private ImageDecoder() {}

  /**
   * @param file the bytes of an image file
   * @throws IOException if they are not a whole image; the message is the reason
   */
  public static RgbImage decode(byte[] file) throws IOException {
    if (file.length == 0) {
      throw new IOException("the file is empty");
    }
    ImageFormat format = ImageFormat.of(file);
    try {
      return format == ImageFormat.JPEG
          ? readJpeg(JpegFile.open(file))
          : readByPlatform(file, format);
    } catch (EOFException e) {
      throw new IOException("the image is truncated", e);
    } catch (IIOException e) {
      throw new IOException("the image is damaged: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // Readers fail in any way on damaged files: out-of-range indexes, negative sizes, bad
      // profiles.
      throw new IOException("the image is damaged: " + e, e);
    }
  }

  private static RgbImage readByPlatform(byte[] file, ImageFormat format) throws IOException {
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = ImageIO.getImageReadersByFormatName(format.name()).next();
      try {
        reader.setInput(input, true, true);
        if (format == ImageFormat.BMP) {
          checkBmp(file);
        }
        return format == ImageFormat.GIF
            ? readGif(reader, GifCanvas.of(file))
            : toRgb(read(reader));
      } finally {
        reader.dispose();
      }
    }
  }

  /** A BMP file may hold another image file, that the platform would decode in its own way. */
  private static void checkBmp(byte[] file) throws IOException {
    if (file.length > BMP_COMPRESSION && file[BMP_HEAD] >= 40) {
      int compression = file[BMP_COMPRESSION];
      if (compression == BMP_JPEG || compression == BMP_PNG) {
        throw new IOException(
            "a BMP image with a %s image in it is not supported; convert it to PNG"
                .formatted(compression == BMP_JPEG ? "JPEG" : "PNG"));
      }
    }
  }

  private static BufferedImage read(ImageReader reader) throws IOException {
    checkSize(reader.getWidth(0), reader.getHeight(0));
    return reader.read(0);
  }

  private static RgbImage readGif(ImageReader reader, GifCanvas canvas) throws IOException {
    checkSize(canvas.width(), canvas.height());
    BufferedImage frame = read(reader);
    return canvas.with(toRgb(frame), frame);
  }

  private static RgbImage readJpeg(JpegFile jpeg) throws IOException {
    checkSize(jpeg.width(), jpeg.height());
    return new RgbImage(jpeg.width(), jpeg.height(), jpeg.rgb());
  }

  private static void checkSize(int width, int height) throws IOException {
    if ((long) width * height > MOST_PIXELS) {
      throw new IOException("the image has too many pixels (%d x %d)".formatted(width, height));
    }
  }

  private static RgbImage toRgb(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return perPixel(image.getRaster(), s -> unpack(palette.getRGB(s[0]), s));
    }
    if (model instanceof DirectColorModel packed) {
      // The BMP files of 16 bits a pixel: 5 or 6 bits a channel, scaled as Pillow does it.
      int[] most = Arrays.stream(packed.getComponentSize()).map(bits -> (1 << bits) - 1).toArray();
      return perPixel(
          image.getRaster(),
          s -> {
            for (int c = 0; c < 3; c++) {
              s[c] = s[c] * 255 / most[c];
            }
          });
    }
    if (!(model instanceof ComponentColorModel)) {
      return perPixel(image.getRaster(), s -> unpack(model.getRGB(model.getDataElement(s, 0)), s));
    }
    int shift = Math.max(0, model.getComponentSize(0) - Byte.SIZE);
    boolean gray = model.getNumColorComponents() == 1;
    return perPixel(
        image.getRaster(),
        s -> {
          s[0] >>= shift;
          s[1] = gray ? s[0] : s[1] >> shift;
          s[2] = gray ? s[0] : s[2] >> shift;
        });
  }

  private static void unpack(int argb, int[] samples) {
    samples[0] = (argb >> 16) & 0xff;
    samples[1] = (argb >> 8) & 0xff;
    samples[2] = argb & 0xff;
  }

  /** Turns the samples of one pixel, in place, into red, green and blue. */
  @FunctionalInterface
  private interface PixelConversion {
    void toRgb(int[] samples);
  }

  private static RgbImage perPixel(Raster raster, PixelConversion conversion) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    int[] row = new int[width * bands];
    int[] pixel = new int[Math.max(4, bands)];
    int at = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        System.arraycopy(row, x * bands, pixel, 0, bands);
        conversion.toRgb(pixel);
        rgb[at++] = (byte) pixel[0];
        rgb[at++] = (byte) pixel[1];
        rgb[at++] = (byte) pixel[2];
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
