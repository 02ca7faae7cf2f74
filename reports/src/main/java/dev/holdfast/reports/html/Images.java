package dev.holdfast.reports.html;

import dev.holdfast.metrics.error.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Images of the gallery as data URIs. As long as they fit into the page they are the bytes on disk;
 * beyond that they get smaller, neighbors before the queries' own images.
 */
final class Images {

  /** Characters of all data URIs together; with the scripts the page stays below 5 MB. */
  private static final long BUDGET = 3_300_000;

  private static final float JPEG_QUALITY = 0.88f;

  private static final List<Sizes> STEPS =
      List.of(
          new Sizes(256, false, 256, false),
          new Sizes(192, false, 128, true),
          new Sizes(128, false, 96, true),
          new Sizes(128, true, 96, true),
          new Sizes(96, true, 64, true),
          new Sizes(64, true, 48, true));

  private final Map<String, String> own;
  private final Map<String, String> neighbors;
  private final boolean reduced;

  private Images(Map<String, String> own, Map<String, String> neighbors, boolean reduced) {
    this.own = own;
    this.neighbors = neighbors;
    this.reduced = reduced;
  }

  /** The longest side of images in pixels, and whether they may become JPEG. */
  private record Sizes(int own, boolean ownJpeg, int neighbor, boolean neighborJpeg) {}

  /** A file and its pixels as sRGB, row by row. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Source(byte[] bytes, boolean png, int[] pixels, int width, int height) {

    int side() {
      return Math.max(width, height);
    }
  }

  /**
   * Reads images and fits them into the page.
   *
   * @param folder where the files are
   * @param own file names of the queries' images, as often as they are shown
   * @param neighbors file names of the neighbors' images, as often as they are shown
   * @throws InputException if a file is outside the folder, missing, or neither PNG nor JPEG
   */
  static Images load(Path folder, List<String> own, List<String> neighbors) {
    Map<String, Source> sources = new HashMap<>();
    own.forEach(name -> sources.computeIfAbsent(name, n -> read(folder, n)));
    neighbors.forEach(name -> sources.computeIfAbsent(name, n -> read(folder, n)));
    Images images = null;
    for (Sizes sizes : STEPS) {
      images =
          new Images(
              encode(sources, own, sizes.own, sizes.ownJpeg),
              encode(sources, neighbors, sizes.neighbor, sizes.neighborJpeg),
              !sizes.equals(STEPS.get(0))
                  || sources.values().stream().anyMatch(s -> s.side() > sizes.neighbor));
      if (size(images.own, own) + size(images.neighbors, neighbors) <= BUDGET) {
        break;
      }
    }
    return images;
  }

  /** Returns the data URI of a query's image. */
  String own(String name) {
    return own.get(name);
  }

  /** Returns the data URI of a neighbor's image. */
  String neighbor(String name) {
    return neighbors.get(name);
  }

  /** Returns whether some images are smaller than on disk. */
  boolean reduced() {
    return reduced;
  }

  private static long size(Map<String, String> uris, List<String> shown) {
    return shown.stream().mapToLong(name -> uris.get(name).length()).sum();
  }

  private static Map<String, String> encode(
      Map<String, Source> sources, List<String> names, int side, boolean jpeg) {
    Map<String, String> uris = new HashMap<>();
    for (String name : names) {
      uris.computeIfAbsent(name, n -> uri(sources.get(n), side, jpeg));
    }
    return uris;
  }

  private static String uri(Source source, int side, boolean jpeg) {
    byte[] bytes = source.bytes;
    boolean png = source.png;
    try {
      boolean shrunk = source.side() > side;
      if (shrunk || (jpeg && png)) {
        boolean lossy = jpeg || !png;
        BufferedImage image = shrink(source, side);
        byte[] encoded = lossy ? jpeg(image) : png(image);
        if (shrunk || encoded.length < bytes.length) {
          bytes = encoded;
          png = !lossy;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "data:image/"
        + (png ? "png" : "jpeg")
        + ";base64,"
        + Base64.getEncoder().encodeToString(bytes);
  }

  private static Source read(Path folder, String name) {
    Path file = folder.resolve(name).normalize();
    // The index may come from somebody else: it must not pull other files into the page.
    if (name.contains("/") || name.contains("\\") || !folder.normalize().equals(file.getParent())) {
      throw InputException.of(
          "image",
          name,
          folder.resolve("index.json").toString(),
          "be a file name inside " + folder,
          "the index was edited by hand");
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      boolean png = bytes.length > 3 && bytes[0] == (byte) 0x89 && bytes[1] == 'P';
      boolean jpeg = bytes.length > 3 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xd8;
      // Straight from memory: ImageIO would otherwise put each image into a temporary file.
      BufferedImage image =
          png || jpeg
              ? ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes)))
              : null;
      if (image == null) {
        throw new InputException("The file " + file + " is neither a PNG nor a JPEG image.");
      }
      return new Source(bytes, png, pixels(image), image.getWidth(), image.getHeight());
    } catch (IOException e) {
      throw new InputException("The image %s cannot be read: %s".formatted(file, e), e);
    }
  }

  /** Averages over boxes of pixels, so that no detail of the perturbation is dropped at random. */
  private static BufferedImage shrink(Source source, int side) {
    double scale = Math.min(1, side / (double) source.side());
    int width = Math.max(1, (int) Math.round(source.width * scale));
    int height = Math.max(1, (int) Math.round(source.height * scale));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      int top = y * source.height / height;
      int bottom = Math.max(top + 1, (y + 1) * source.height / height);
      for (int x = 0; x < width; x++) {
        int left = x * source.width / width;
        int right = Math.max(left + 1, (x + 1) * source.width / width);
        small.setRGB(x, y, mean(source, left, top, right, bottom));
      }
    }
    return small;
  }

  private static int mean(Source source, int left, int top, int right, int bottom) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int rgb = source.pixels[y * source.width + x];
        red += (rgb >> 16) & 0xff;
        green += (rgb >> 8) & 0xff;
        blue += rgb & 0xff;
      }
    }
    long pixels = (long) (right - left) * (bottom - top);
    return (rounded(red, pixels) << 16) | (rounded(green, pixels) << 8) | rounded(blue, pixels);
  }

  private static int rounded(long sum, long pixels) {
    return (int) ((sum + pixels / 2) / pixels);
  }

  /** Returns pixels as sRGB. Java takes gray images for linear light and would brighten them. */
  private static int[] pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    boolean gray =
        image.getRaster().getNumBands() <= 2
            && image.getSampleModel().getSampleSize(0) == 8
            && !(image.getColorModel() instanceof IndexColorModel);
    if (!gray) {
      return image.getRGB(0, 0, width, height, null, 0, width);
    }
    int[] pixels = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] *= 0x010101;
    }
    return pixels;
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageIO.write(image, "png", stream);
    }
    return out.toByteArray();
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(JPEG_QUALITY);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }
}
