package dev.holdfast.reports.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {

  private static final String NAME = "a.png";

  @TempDir Path folder;

  private void flat(int type, int side, int level) throws IOException {
    BufferedImage image = new BufferedImage(side, side, type);
    int[] samples = new int[image.getRaster().getNumBands() * side * side];
    java.util.Arrays.fill(samples, level);
    image.getRaster().setPixels(0, 0, side, side, samples);
    File file = folder.resolve(NAME).toFile();
    assertThat(ImageIO.write(image, "png", file)).isTrue();
  }

  private static BufferedImage decode(String uri) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }

  @Test
  void keeps_small_images_byte_for_byte() throws IOException {
    flat(BufferedImage.TYPE_3BYTE_BGR, 64, 90);
    Images images = Images.load(folder, List.of(NAME), List.of(NAME));
    byte[] file = Files.readAllBytes(folder.resolve(NAME));
    String uri = "data:image/png;base64," + Base64.getEncoder().encodeToString(file);
    assertThat(images.own(NAME)).isEqualTo(uri);
    assertThat(images.neighbor(NAME)).isEqualTo(uri);
    assertThat(images.reduced()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_RGB
      })
  void keeps_the_gray_level_of_large_images(int type) throws IOException {
    flat(type, 600, 90);
    BufferedImage image = decode(Images.load(folder, List.of(NAME), List.of()).own(NAME));
    assertThat(image.getWidth()).isEqualTo(256);
    assertThat(image.getRGB(100, 100)).isEqualTo(0xff5a5a5a);
  }

  @Test
  void says_so_when_images_are_smaller_than_on_disk() throws IOException {
    flat(BufferedImage.TYPE_3BYTE_BGR, 600, 90);
    assertThat(Images.load(folder, List.of(NAME), List.of()).reduced()).isTrue();
  }

  @Test
  void counts_an_image_as_often_as_it_is_shown() throws IOException {
    flat(BufferedImage.TYPE_3BYTE_BGR, 200, 90);
    Images few = Images.load(folder, List.of(NAME), Collections.nCopies(10, NAME));
    Images many = Images.load(folder, List.of(NAME), Collections.nCopies(20_000, NAME));
    assertThat(few.reduced()).isFalse();
    assertThat(many.reduced()).isTrue();
  }
}
