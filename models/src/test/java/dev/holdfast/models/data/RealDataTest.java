package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.models.data.layout.DatasetLayout;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the data sets in the folder named by the system property {@code holdfast.data}: folders of
 * classes, with an {@code index.csv} that lists their images and a {@code splits.json}.
 */
class RealDataTest {

  @Test
  void finds_every_listed_image(@TempDir Path cache) throws IOException {
    for (Path data : folders()) {
      Set<String> paths = new HashSet<>();
      Set<String> classes = new HashSet<>();
      for (String line : Files.readAllLines(data.resolve("index.csv"))) {
        if (line.contains("/")) {
          paths.add(line.substring(0, line.indexOf(',')));
          classes.add(line.substring(0, line.indexOf('/')));
        }
      }

      ImageSet set = DatasetLayout.detect(data).read(data);

      assertThat(set.items())
          .extracting(ImageItem::path)
          .containsExactlyInAnyOrderElementsOf(paths);
      assertThat(set.classNames()).containsExactlyInAnyOrderElementsOf(classes);
      InputSpec spec = new InputSpec(32, 32, ColorMode.RGB, ResizeFilter.BILINEAR, 36);
      try (PixelCache store = PixelCache.open(set, spec, cache, Progress.NONE, true)) {
        assertThat(store.size()).isEqualTo(paths.size());
      }
    }
  }

  @Test
  void takes_every_split_apart() throws IOException {
    for (Path data : folders()) {
      ImageSet set = DatasetLayout.detect(data).read(data);
      JsonNode splits = JsonMapper.shared().readTree(data.resolve("splits.json"));
      for (String name : splits.propertyNames()) {
        if (splits.get(name).isArray()) {
          ImageSet part = Splits.apply(set, "splits.json#" + name, data);
          List<String> listed = new ArrayList<>();
          splits.get(name).forEach(c -> listed.add(c.stringValue()));
          assertThat(part.classNames()).containsExactlyInAnyOrderElementsOf(listed);
        }
      }
    }
  }

  private static List<Path> folders() throws IOException {
    String root = System.getProperty("holdfast.data", "");
    assumeThat(root).as("system property holdfast.data").isNotEmpty();
    try (Stream<Path> folders = Files.list(Path.of(root))) {
      List<Path> found =
          folders.filter(f -> Files.isRegularFile(f.resolve("index.csv"))).sorted().toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }
}
