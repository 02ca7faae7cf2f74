package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrostTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Frost();
  }

  /** The share of frost that the table says, seen in a picture too dark to be cut off at 1. */
  @ParameterizedTest
  @EnumSource
  void frost_takes_over_with_every_severity(Dialect dialect) {
    float[] dark = Pictures.detailed(32, 32, 1).values();
    for (int i = 0; i < dark.length; i++) {
      dark[i] *= .2f;
    }
    PixelImage clean = PixelImage.rgb(32, 32, dark);
    double before = 1.01;
    for (int severity = 1; severity <= 5; severity++) {
      double correlation = 0;
      for (int item = 0; item < 20; item++) {
        // The same piece of frost at every severity.
        CounterRng rng = CounterRng.of(0, "frost", item);
        correlation += correlation(clean, new Frost().apply(clean, severity, dialect, rng)) / 20;
      }
      assertThat(correlation).as("severity %d", severity).isLessThan(before);
      before = correlation;
    }
  }

  /** Ice is bright and the glass is dark, so that more ice is never less distortion. */
  @Test
  void drawn_frost_covers_dark_glass_with_bright_ice() {
    for (int number = 0; number < FrostTextures.COUNT; number++) {
      PixelImage frost = FrostTextures.procedural().get(number, 1);
      double[] luma = new double[frost.area()];
      for (int i = 0; i < luma.length; i++) {
        for (int c = 0; c < 3; c++) {
          luma[i] += frost.values()[c * frost.area() + i] / 3.;
        }
      }
      assertThat(PictureStatistics.mean(luma)).isBetween(.1, .15);
      assertThat(PictureStatistics.std(luma)).isBetween(.2, .3);
      // Ice shows as detail; no piece of the glass is clear of it.
      for (int tile = 0; tile < 64; tile++) {
        double[] piece = new double[64 * 64];
        for (int i = 0; i < piece.length; i++) {
          int y = tile / 8 * 64 + i / 64;
          piece[i] = luma[y * frost.width() + tile % 8 * 64 + i % 64];
        }
        assertThat(PictureStatistics.std(piece))
            .as("tile %d of %d", tile, number)
            .isGreaterThan(.05);
      }
    }
  }

  @Test
  void the_dialect_names_the_frost() {
    assertThat(new Frost().dialect(Dialect.HENDRYCKS_64))
        .isEqualTo("hendrycks-64 frost=procedural");
    assertThat(new Fog().dialect(Dialect.HENDRYCKS_64)).isEqualTo("hendrycks-64");
  }

  @Test
  void photographs_stand_in_for_drawn_frost(@TempDir Path folder) throws IOException {
    for (int i = 1; i <= FrostTextures.COUNT; i++) {
      BufferedImage picture = new BufferedImage(90 + i, 80, BufferedImage.TYPE_INT_RGB);
      for (int x = 0; x < 90; x++) {
        picture.setRGB(x, 40, 0xff8000);
      }
      ImageIO.write(picture, "png", folder.resolve("frost" + i + ".png").toFile());
    }
    Frost frost = new Frost(FrostTextures.read(folder));
    assertThat(frost.dialect(Dialect.HENDRYCKS_224))
        .matches("hendrycks-224 frost=photographs-[0-9a-f]{8}");
    assertThat(frost).isEqualTo(new Frost(FrostTextures.read(folder))).isNotEqualTo(new Frost());
    for (int side : new int[] {70, 200}) {
      PixelImage black = Pictures.plain(side, side, 0);
      PixelImage frozen =
          frost.apply(black, 1, Dialect.HENDRYCKS_224, CounterRng.of(0, "frost", side));
      int lines = 0;
      for (int y = 0; y < side; y++) {
        lines += frozen.values()[y * side + side / 2] > 0 ? 1 : 0;
      }
      assertThat(lines).as("rows with frost at side %d", side).isPositive();
    }
    Files.delete(folder.resolve("frost3.png"));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> FrostTextures.read(folder))
        .withMessageContaining("there is no frost3")
        .withMessageContaining("draws frost itself");
    Files.writeString(folder.resolve("frost3.png"), "no picture");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> FrostTextures.read(folder))
        .withMessageContaining("frost3.png");
  }

  private static double correlation(PixelImage a, PixelImage b) {
    double[] x = PictureStatistics.doubles(a);
    double[] y = PictureStatistics.doubles(b);
    double meanX = PictureStatistics.mean(x);
    double meanY = PictureStatistics.mean(y);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (x[i] - meanX) * (y[i] - meanY) / x.length;
    }
    return sum / (PictureStatistics.std(x) * PictureStatistics.std(y));
  }
}
