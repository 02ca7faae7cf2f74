package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  /** The {@code -levels.png} files are what Pillow decodes the JPEG files to. */
  @ParameterizedTest
  @ValueSource(strings = {"color", "progressive", "gray", "cmyk", "ycck"})
  void decodes_a_jpeg_to_the_levels_that_pillow_gives(String name) throws IOException {
    RgbImage expected = ImageDecoder.decode(Fixtures.resource(name + "-levels.png"));
    RgbImage actual = ImageDecoder.decode(Fixtures.resource(name + ".jpg"));

    assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif"})
  void keeps_gray_levels(String format) throws IOException {
    RgbImage image = ImageDecoder.decode(Fixtures.encode(grayRamp(), format));

    assertThat(image.rgb()).isEqualTo(ramp());
  }

  @Test
  void takes_the_upper_bits_of_sixteen() throws IOException {
    BufferedImage deep = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
    for (int x = 0; x < 256; x++) {
      deep.getRaster().setSample(x, 0, 0, x * 256 + 255 - x);
    }

    assertThat(ImageDecoder.decode(Fixtures.encode(deep, "png")).rgb()).isEqualTo(ramp());
  }

  @Test
  void drops_alpha_without_blending() throws IOException {
    BufferedImage clear = new BufferedImage(1, 2, BufferedImage.TYPE_INT_ARGB);
    clear.setRGB(0, 0, 0x00102030);
    clear.setRGB(0, 1, 0x80f0e0d0);

    assertThat(ImageDecoder.decode(Fixtures.encode(clear, "png")).rgb())
        .containsExactly(0x10, 0x20, 0x30, 0xf0, 0xe0, 0xd0);
  }

  @ParameterizedTest
  @CsvSource({"1,png", "2,png", "4,png", "8,png", "8,gif", "4,bmp", "1,bmp"})
  void looks_up_a_palette(int bits, String format) throws IOException {
    byte[] red = {(byte) 200, 10};
    byte[] green = {100, (byte) 220};
    byte[] blue = {50, 30};
    IndexColorModel palette = new IndexColorModel(bits, 2, red, green, blue);
    BufferedImage image =
        new BufferedImage(
            2,
            1,
            bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
            palette);
    image.getRaster().setSample(1, 0, 0, 1);

    assertThat(ImageDecoder.decode(Fixtures.encode(image, format)).rgb())
        .containsExactly(200, 100, 50, 10, 220, 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void keeps_colors(String format) throws IOException {
    RgbImage image = ImageDecoder.decode(Fixtures.encode(Fixtures.image(5, 4, 3), format));

    BufferedImage expected = Fixtures.image(5, 4, 3);
    for (int i = 0; i < 20; i++) {
      int rgb = expected.getRGB(i % 5, i / 5) & 0xffffff;
      int at = 3 * i;
      assertThat(
              ((image.rgb()[at] & 0xff) << 16)
                  | ((image.rgb()[at + 1] & 0xff) << 8)
                  | (image.rgb()[at + 2] & 0xff))
          .isEqualTo(rgb);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "jpg"})
  void refuses_half_an_image(String format) {
    byte[] whole = Fixtures.encode(Fixtures.image(40, 40, 5), format);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    assertThatThrownBy(() -> ImageDecoder.decode(half))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("the image is (truncated|damaged: .+)");
  }

  @Test
  void refuses_a_jpeg_without_its_end() {
    byte[] whole = Fixtures.resource("color.jpg");

    assertThatThrownBy(() -> ImageDecoder.decode(Arrays.copyOf(whole, whole.length - 2)))
        .isInstanceOf(IOException.class)
        .hasMessage("the image is truncated");
  }

  /** Files and levels are made by the scripts beside them. */
  @ParameterizedTest
  @CsvSource({"pillow,37", "jpeg,142"})
  void decodes_every_kind_of_file_to_the_levels_that_pillow_gives(String folder, int files)
      throws IOException {
    List<String> expected = DecodedLevels.expected(folder);

    assertThat(DecodedLevels.of(folder)).isEqualTo(expected);
    assertThat(expected).hasSize(files);
  }

  @Test
  void needs_no_jpeg_reader_of_the_platform() throws IOException {
    IIORegistry registry = IIORegistry.getDefaultInstance();
    List<ImageReaderSpi> readers = new ArrayList<>();
    ImageIO.getImageReadersByFormatName("jpeg")
        .forEachRemaining(reader -> readers.add(reader.getOriginatingProvider()));
    assertThat(readers).isNotEmpty();
    readers.forEach(registry::deregisterServiceProvider);
    try {
      assertThat(ImageIO.getImageReadersByFormatName("jpeg").hasNext()).isFalse();
      assertThat(DecodedLevels.of("jpeg")).isEqualTo(DecodedLevels.expected("jpeg"));
      assertThat(DecodedLevels.of("pillow")).isEqualTo(DecodedLevels.expected("pillow"));
    } finally {
      readers.forEach(registry::registerServiceProvider);
    }
  }

  /** Takes the platforms that are installed beside the one that runs this. */
  @Test
  void gives_the_same_levels_on_other_java_platforms() throws Exception {
    List<Path> others = DecodedLevels.otherPlatforms();
    assumeThat(others).as("Java platforms beside the running one").isNotEmpty();
    for (Path home : others) {
      for (String folder : List.of("jpeg", "pillow")) {
        assertThat(DecodedLevels.on(home, folder))
            .as(home.toString())
            .isEqualTo(DecodedLevels.expected(folder));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4,JPEG", "5,PNG"})
  void refuses_a_bmp_with_another_file_in_it(int compression, String format) {
    byte[] file = Fixtures.encode(Fixtures.image(4, 4, 1), "bmp");
    file[30] = (byte) compression;

    assertThatThrownBy(() -> ImageDecoder.decode(file))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "a BMP image with a " + format + " image in it is not supported; convert it to PNG");
  }

  @Test
  void does_not_turn_an_image_as_its_exif_says() throws IOException {
    byte[] plain = Fixtures.resource("color.jpg");
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      6,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] turned = new byte[plain.length + exif.length];
    System.arraycopy(plain, 0, turned, 0, 2);
    System.arraycopy(exif, 0, turned, 2, exif.length);
    System.arraycopy(plain, 2, turned, 2 + exif.length, plain.length - 2);

    assertThat(ImageDecoder.decode(turned))
        .usingRecursiveComparison()
        .isEqualTo(ImageDecoder.decode(plain));
  }

  @ParameterizedTest
  @CsvSource({
    "RIFF____WEBPVP8_,WebP",
    "____ftypavif____,AVIF",
    "____ftypheic____,HEIF",
    "P6_2_2_255_abcde,PPM",
    "8BPS____________,Photoshop"
  })
  void names_the_format_that_it_cannot_read(String head, String name) {
    byte[] file = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), 100);

    assertThatThrownBy(() -> ImageDecoder.decode(file))
        .isInstanceOf(IOException.class)
        .hasMessage("the format " + name + " is not supported; convert it to PNG");
  }

  @Test
  void tells_a_web_page_from_an_image() {
    byte[] page = "\n<!DOCTYPE html><html>404</html>".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> ImageDecoder.decode(page))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its download failed");
  }

  @Test
  void refuses_what_is_no_image() {
    byte[] text = "An image of a pear.".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> ImageDecoder.decode(text))
        .isInstanceOf(IOException.class)
        .hasMessage("the file is no JPEG, PNG, BMP or GIF image");
    assertThatThrownBy(() -> ImageDecoder.decode(new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage("the file is empty");
  }

  private static BufferedImage grayRamp() {
    BufferedImage gray = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < 256; x++) {
      gray.getRaster().setSample(x, 0, 0, x);
    }
    return gray;
  }

  private static byte[] ramp() {
    byte[] levels = new byte[3 * 256];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i / 3);
    }
    return levels;
  }
}
