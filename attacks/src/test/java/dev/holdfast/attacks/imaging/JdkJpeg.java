package dev.holdfast.attacks.imaging;

import static dev.holdfast.attacks.imaging.EightBit.MAX_LEVEL;

import dev.holdfast.metrics.error.RunException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.plugins.jpeg.JPEGQTable;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageReaderWriterSpi;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.NodeList;

/**
 * JPEG with the JDK's own encoder and decoder, which are libjpeg or libjpeg-turbo: what {@link
 * JpegCodec} is held against. Other plugins on the class path decode a little differently.
 */
public final class JdkJpeg {

  private static final ImageWriterSpi WRITER = jdk(ImageWriterSpi.class);
  private static final ImageReaderSpi READER = jdk(ImageReaderSpi.class);
  private static final int RGB = 3;

  private JdkJpeg() {}

  /** Encodes planar RGB levels at libjpeg's quality 1-100 and returns what a reader gets. */
  public static int[] roundTrip(int[] levels, int height, int width, int quality) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    image.getRaster().setPixels(0, 0, width, height, interleaved(levels));
    try {
      return planar(decode(encode(image, quality)));
    } catch (IOException e) {
      throw new RunException("A JPEG could not be written to memory and read back.", e);
    }
  }

  private static byte[] encode(BufferedImage image, int quality) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = WRITER.createWriterInstance();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, metadata(writer, image, quality)), null);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static Raster decode(byte[] bytes) throws IOException {
    ImageReader reader = READER.createReaderInstance();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true);
      return reader.read(0).getRaster();
    } finally {
      reader.dispose();
    }
  }

  /**
   * Returns the JDK's default settings (YCbCr, 4:2:0) with libjpeg's tables for a quality. The
   * JDK's own quality setting scales them without libjpeg's rounding to whole percent.
   */
  private static IIOMetadata metadata(ImageWriter writer, BufferedImage image, int quality)
      throws IOException {
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    String format = metadata.getNativeMetadataFormatName();
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
    NodeList tables = root.getElementsByTagName("dqtable");
    for (int i = 0; i < tables.getLength(); i++) {
      IIOMetadataNode table = (IIOMetadataNode) tables.item(i);
      boolean luminance = table.getAttribute("qtableId").equals("0");
      table.setUserObject(
          scaled(luminance ? JPEGQTable.K1Luminance : JPEGQTable.K2Chrominance, quality));
    }
    metadata.setFromTree(format, root);
    return metadata;
  }

  private static JPEGQTable scaled(JPEGQTable base, int quality) {
    int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    int[] table = base.getTable();
    for (int i = 0; i < table.length; i++) {
      table[i] = Math.max(1, Math.min(MAX_LEVEL, (table[i] * percent + 50) / 100));
    }
    return new JPEGQTable(table);
  }

  private static int[] interleaved(int[] planar) {
    int area = planar.length / RGB;
    int[] interleaved = new int[planar.length];
    for (int pixel = 0, to = 0; pixel < area; pixel++) {
      for (int channel = 0; channel < RGB; channel++) {
        interleaved[to++] = planar[channel * area + pixel];
      }
    }
    return interleaved;
  }

  private static int[] planar(Raster raster) {
    int[] interleaved = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
    int area = interleaved.length / RGB;
    int[] planar = new int[interleaved.length];
    for (int pixel = 0, from = 0; pixel < area; pixel++) {
      for (int channel = 0; channel < RGB; channel++) {
        planar[channel * area + pixel] = interleaved[from++];
      }
    }
    return planar;
  }

  private static <T extends ImageReaderWriterSpi> T jdk(Class<T> kind) {
    Iterator<T> providers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(kind, p -> isJpegOfJdk((ImageReaderWriterSpi) p), true);
    if (!providers.hasNext()) {
      throw new RunException("This Java has no JPEG codec of its own (module java.desktop).");
    }
    return providers.next();
  }

  private static boolean isJpegOfJdk(ImageReaderWriterSpi provider) {
    return provider.getClass().getName().startsWith("com.sun.imageio.")
        && Arrays.asList(provider.getFormatNames()).contains("jpeg");
  }
}
