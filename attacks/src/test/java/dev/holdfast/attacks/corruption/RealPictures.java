package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.data.layout.DatasetLayout;
import dev.holdfast.models.data.shapes.Shapes;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Fifty pictures of the first data set in color in the folder named by {@code holdfast.data}; those
 * of the drawn data set where there is none.
 */
final class RealPictures {

  private static final int COUNT = 50;
  private static final Map<Integer, List<PixelImage>> BY_SIDE = new ConcurrentHashMap<>();

  private RealPictures() {}

  static boolean arePhotographs() {
    return !System.getProperty("holdfast.data", "").isEmpty();
  }

  static List<PixelImage> of(int side) {
    return BY_SIDE.computeIfAbsent(side, RealPictures::read);
  }

  private static List<PixelImage> read(int side) {
    try {
      if (!arePhotographs()) {
        return read(Shapes.test(0), side);
      }
      List<Path> folders;
      try (Stream<Path> all = Files.list(Path.of(System.getProperty("holdfast.data")))) {
        folders = all.filter(Files::isDirectory).sorted().toList();
      }
      for (Path folder : folders) {
        List<PixelImage> pictures = read(DatasetLayout.detect(folder).read(folder), side);
        if (pictures.stream().anyMatch(RealPictures::hasColor)) {
          return pictures;
        }
      }
      throw new IllegalStateException("No data set in color in " + folders);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<PixelImage> read(ImageSet set, int side) throws IOException {
    Path cache = Files.createTempDirectory("pictures");
    InputSpec spec = new InputSpec(side, side, ColorMode.RGB, ResizeFilter.BICUBIC, side);
    try (PixelCache store =
        PixelCache.open(set.limit(COUNT, 1), spec, cache, Progress.NONE, true)) {
      List<PixelImage> pictures = new ArrayList<>();
      for (int i = 0; i < store.size(); i++) {
        float[] values = new float[3 * side * side];
        store.rgb(i, values, 0);
        pictures.add(PixelImage.rgb(side, side, values));
      }
      return pictures;
    } finally {
      try (Stream<Path> files = Files.walk(cache)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static boolean hasColor(PixelImage picture) {
    int area = picture.area();
    return !Arrays.equals(picture.values(), 0, area, picture.values(), area, 2 * area);
  }
}
