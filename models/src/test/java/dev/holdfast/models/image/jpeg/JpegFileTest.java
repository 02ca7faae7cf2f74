package dev.holdfast.models.image.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JpegFileTest {

  private static final int SOF_BASELINE = 0xc0;
  private static final int SOF_PROGRESSIVE = 0xc2;
  private static final int SOS = 0xda;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = JpegFileTest.class.getResourceAsStream(name + ".jpg")) {
      return in.readAllBytes();
    }
  }

  /** Returns the index of a marker's second byte. */
  private static int marker(byte[] file, int marker, int from) {
    for (int i = from; i < file.length; i++) {
      if ((file[i - 1] & 0xff) == 0xff && (file[i] & 0xff) == marker) {
        return i;
      }
    }
    throw new AssertionError("no marker");
  }

  private static byte[] decode(byte[] file) throws IOException {
    return JpegFile.open(file).rgb();
  }

  @Test
  void knows_the_size_before_it_decodes() throws IOException {
    JpegFile file = JpegFile.open(resource("size-17x9"));

    assertThat(List.of(file.width(), file.height())).containsExactly(17, 9);
    assertThat(file.rgb()).hasSize(3 * 17 * 9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "progressive-2x2", "arithmetic-2x2", "scans-apart", "inks-0"})
  void refuses_a_file_that_was_cut_off_anywhere(String name) throws IOException {
    byte[] whole = resource(name);
    for (int length = 3; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decode(part))
          .as(length + " bytes")
          .isInstanceOf(IOException.class)
          .hasMessage("the image is truncated");
    }
  }

  /** Other decoders guess what is missing. */
  @Test
  void refuses_a_progressive_image_without_its_last_scans() throws IOException {
    byte[] whole = resource("scans-bands");
    int last = 0;
    for (int i = 0; i < 4; i++) {
      last = marker(whole, SOS, last + 1);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(whole, 0, last - 1);
    file.write(new byte[] {(byte) 0xff, (byte) 0xd9});

    assertThatThrownBy(() -> decode(file.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessage("the image is damaged: scans are missing");
  }

  /** Each goes over the whole image: a small file of many would take minutes. */
  @Test
  void refuses_more_scans_than_an_image_needs() throws IOException {
    byte[] whole = resource("scans-bands");
    int last = 0;
    for (int i = 0; i < 4; i++) {
      last = marker(whole, SOS, last + 1);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(whole, 0, last - 1);
    for (int i = 0; i < 500; i++) {
      file.write(whole, last - 1, whole.length - 2 - (last - 1));
    }
    file.write(new byte[] {(byte) 0xff, (byte) 0xd9});

    assertThatThrownBy(() -> decode(file.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessage("the image is damaged: it has more scans than 500");
  }

  @Test
  void refuses_a_sequential_image_without_one_of_its_components() throws IOException {
    byte[] whole = resource("scans-apart");
    int second = marker(whole, SOS, marker(whole, SOS, 1) + 1);
    byte[] file = Arrays.copyOf(whole, second + 1);
    file[second] = (byte) 0xd9;

    assertThatThrownBy(() -> decode(file))
        .isInstanceOf(IOException.class)
        .hasMessage("the image is damaged: scans are missing");
  }

  @ParameterizedTest
  @CsvSource({
    "0,c3,JPEG images of this kind (marker c3) are not supported; convert it to PNG",
    "3,c,JPEG images of 12 bits are not supported; convert it to PNG",
    "8,2,'a JPEG image must have 1, 3 or 4 components'",
    "8,5,'a JPEG image must have 1, 3 or 4 components'",
    "10,50,the image is damaged: bad sampling factors",
    "10,0,the image is damaged: bad sampling factors",
    "11,3,the image is damaged: a quantization table is missing",
    "9,7,the image is damaged: bad scan"
  })
  void names_what_it_cannot_decode(int offset, String value, String message) throws IOException {
    byte[] file = resource("plain");
    file[marker(file, SOF_BASELINE, 1) + offset] = (byte) Integer.parseInt(value, 16);

    assertThatThrownBy(() -> decode(file)).isInstanceOf(IOException.class).hasMessage(message);
  }

  @Test
  void refuses_an_image_without_lines() throws IOException {
    byte[] file = resource("plain");
    int frame = marker(file, SOF_BASELINE, 1);
    file[frame + 4] = 0;
    file[frame + 5] = 0;

    assertThatThrownBy(() -> JpegFile.open(file)).hasMessageContaining("its size is 40 x 0");
  }

  @Test
  void refuses_sampling_factors_that_are_no_multiples() throws IOException {
    byte[] file = resource("baseline-3x1");
    file[marker(file, SOF_BASELINE, 1) + 13] = 0x21;

    assertThatThrownBy(() -> decode(file)).hasMessageContaining("sampling factors");
  }

  @Test
  void does_not_take_a_progression_that_makes_no_sense() throws IOException {
    byte[] file = resource("progressive-2x2");
    assertThat(marker(file, SOF_PROGRESSIVE, 1)).isPositive();
    file[marker(file, SOS, 1) + 11] = 0x5f;

    assertThatThrownBy(() -> decode(file)).hasMessage("the image is damaged: bad progression");
  }

  /** A data set from the web has files that nobody wrote with care, or that are made to do harm. */
  @Test
  void ends_with_an_image_or_a_reason_whatever_is_in_the_file() throws IOException {
    Random random = new Random(3);
    int images = 0;
    int refused = 0;
    for (String name :
        List.of("plain", "progressive-restart", "arithmetic-progressive-2x2", "inks-2-ycck")) {
      byte[] whole = resource(name);
      for (int i = 0; i < 400; i++) {
        byte[] file = whole.clone();
        for (int k = random.nextInt(4); k >= 0; k--) {
          file[3 + random.nextInt(file.length - 3)] = (byte) random.nextInt(256);
        }
        try {
          JpegFile jpeg = JpegFile.open(file);
          if (jpeg.width() * jpeg.height() < 1 << 20) {
            assertThat(jpeg.rgb()).hasSize(3 * jpeg.width() * jpeg.height());
            images++;
          }
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("(the image is|JPEG images|a JPEG image).+");
          refused++;
        }
      }
    }
    assertThat(images).isGreaterThan(200);
    assertThat(refused).isGreaterThan(200);
  }
}
