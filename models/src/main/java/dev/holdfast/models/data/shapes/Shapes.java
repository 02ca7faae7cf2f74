package dev.holdfast.models.data.shapes;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.ImageSource;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * The drawn data set {@code shapes}: 64 x 64 RGB images of made-up objects, drawn by this program
 * alone, the same on every machine. A class is an outline with its own texture and palette (see
 * {@link ShapeClass}); its images differ in position, rotation, size, shear, perspective, light,
 * color cast, blur, noise, background and in what covers the object (see {@link ShapeDrawing}).
 * Several classes share nearly the same palette, so that color alone does not tell them apart.
 *
 * <p>Items have paths such as {@code train/shape-017/0003}.
 */
public final class Shapes {

  /** The id that stands for this set where a folder of data is asked for. */
  public static final String ID = "shapes";

  private static final int TRAIN_CLASSES = 60;
  private static final int TRAIN_IMAGES = 30;
  private static final int TEST_CLASSES = 40;
  private static final int TEST_IMAGES = 25;
  private static final int DISTRACTORS = 64;

  private Shapes() {}

  /**
   * Returns the images to train on: 60 classes of 30 images.
   *
   * @param seed other seeds give other classes
   */
  public static ImageSet train(long seed) {
    return set(seed, "train", 0, TRAIN_CLASSES, TRAIN_IMAGES);
  }

  /**
   * Returns the images to test on: 40 classes of 25 images. No class is in both sets.
   *
   * @param seed other seeds give other classes
   */
  public static ImageSet test(long seed) {
    return set(seed, "test", TRAIN_CLASSES, TEST_CLASSES, TEST_IMAGES);
  }

  private static ImageSet set(long seed, String split, int first, int classes, int images) {
    List<ImageSet.Entry> entries = new ArrayList<>();
    Map<String, ShapeClass> shapes = new ConcurrentHashMap<>();
    for (int index = first; index < first + classes; index++) {
      String name = String.format(Locale.ROOT, "shape-%03d", index);
      shapes.put(name, ShapeClass.of(seed, index));
      for (int image = 0; image < images; image++) {
        String path = String.format(Locale.ROOT, "%s/%s/%04d", split, name, image);
        entries.add(new ImageSet.Entry(path, name, split));
      }
    }
    return ImageSet.of(
            ID, entries, new Drawn(seed, shapes, distractors(seed), new ConcurrentHashMap<>()))
        .keep(split, item -> true);
  }

  private static String className(String path) {
    return path.substring(path.indexOf('/') + 1, path.lastIndexOf('/'));
  }

  private static List<ShapeClass> distractors(long seed) {
    int first = TRAIN_CLASSES + TEST_CLASSES;
    return IntStream.range(first, first + DISTRACTORS)
        .mapToObj(index -> ShapeClass.of(seed, index))
        .toList();
  }

  /** Draws on demand and keeps what it has drawn: 12 kB per image. */
  private record Drawn(
      long seed,
      Map<String, ShapeClass> shapes,
      List<ShapeClass> distractors,
      Map<String, RgbImage> drawn)
      implements ImageSource {

    @Override
    public RgbImage decode(ImageItem item) throws IOException {
      RgbImage image = draw(item.path());
      return new RgbImage(image.width(), image.height(), image.rgb().clone());
    }

    @Override
    public String contentHash(String path) {
      return Sha256.hex(draw(path).rgb());
    }

    /** The program draws the image that a path stands for, and no other. */
    @Override
    public boolean isKnownByPath() {
      return true;
    }

    private RgbImage draw(String path) {
      return drawn.computeIfAbsent(
          path,
          p -> ShapeDrawing.draw(shapes.get(className(p)), distractors, seed, CounterRng.hash(p)));
    }
  }
}
