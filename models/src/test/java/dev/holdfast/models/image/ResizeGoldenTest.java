package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares with images that Pillow has resized and cropped. */
@Tag("golden")
class ResizeGoldenTest {

  private static final int MOST_LEVELS = 1;
  private static final double EXACT_SHARE = 0.99;

  @Test
  void resizes_and_crops_as_pillow_does() throws Exception {
    Path folder = folder();
    JsonNode cases = JsonMapper.shared().readTree(folder.resolve("expected.json"));
    int compared = 0;
    for (Map.Entry<String, JsonNode> entry : cases.properties()) {
      JsonNode expected = entry.getValue();
      ResizeFilter filter = ResizeFilter.of(expected.get("filter").stringValue());
      int crop = expected.get("crop").intValue();
      int width = expected.get("resized").get(0).intValue();
      int height = expected.get("resized").get(1).intValue();
      RgbImage input = read(folder.resolve(expected.get("input").stringValue()));
      RgbImage golden = read(folder.resolve(entry.getKey()));

      InputSpec spec =
          new InputSpec(crop, crop, ColorMode.RGB, filter, expected.get("short_side").intValue());
      RgbImage actual = Resizer.fit(input, spec);

      assertThat(Resizer.offset(width, crop)).isEqualTo(expected.get("left").intValue());
      assertThat(Resizer.offset(height, crop)).isEqualTo(expected.get("top").intValue());
      assertThat(Resizer.centerCrop(Resizer.resize(input, width, height, filter), crop, crop).rgb())
          .as("resized size of %s", entry.getKey())
          .isEqualTo(actual.rgb());
      assertNear(entry.getKey(), actual, golden);
      compared++;
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(f -> f.getFileName().toString().matches("out.*\\.png")))
          .hasSize(compared);
    }
    assertThat(compared).isEqualTo(cases.size()).isPositive();
  }

  private static void assertNear(String name, RgbImage actual, RgbImage golden) {
    assertThat(actual.rgb()).as(name).hasSameSizeAs(golden.rgb());
    int exact = 0;
    int farthest = 0;
    for (int i = 0; i < golden.rgb().length; i++) {
      int distance = Math.abs((actual.rgb()[i] & 0xff) - (golden.rgb()[i] & 0xff));
      farthest = Math.max(farthest, distance);
      exact += distance == 0 ? 1 : 0;
    }
    assertThat(farthest).as("levels between %s and Pillow", name).isLessThanOrEqualTo(MOST_LEVELS);
    assertThat((double) exact / golden.rgb().length)
        .as("share of exact levels of %s", name)
        .isGreaterThanOrEqualTo(EXACT_SHARE);
  }

  private static RgbImage read(Path file) throws Exception {
    return ImageDecoder.decode(Files.readAllBytes(file));
  }

  private static Path folder() throws URISyntaxException {
    String given = System.getProperty("holdfast.golden", "");
    return given.isEmpty()
        ? Path.of(ResizeGoldenTest.class.getResource("/golden/resize").toURI())
        : Path.of(given).resolve("resize");
  }
}
