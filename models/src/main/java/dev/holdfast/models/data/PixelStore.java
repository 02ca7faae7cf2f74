package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Path;
import java.util.List;

/** The images of a set at model input size, decoded once. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class PixelStore implements AutoCloseable {

  private PixelStore() {}

  /**
   * An image that could not be read.
   *
   * @param path the item's path
   * @param reason what is wrong with it
   */
  public record Broken(String path, String reason) {}

  /**
   * Decodes, resizes and crops every image of a set, or finds that an earlier call has done so.
   *
   * @param set the images
   * @param spec the model input
   * @param cacheDir where the pixels are kept; null for a temporary folder that goes with {@link
   *     #close()}
   * @param progress hears how many images are done
   * @param strict whether a broken image is an error
   * @throws InputException if no image can be read, or one cannot and {@code strict} is set
   */
  public static PixelStore open(
      ImageSet set, InputSpec spec, Path cacheDir, Progress progress, boolean strict) {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of images that could be read. */
  public int size() {
    throw new UnsupportedOperationException();
  }

  /** Returns the items that could be read, sorted by path. */
  public List<ImageItem> items() {
    throw new UnsupportedOperationException();
  }

  /** Returns the images that could not be read, sorted by path. */
  public List<Broken> broken() {
    throw new UnsupportedOperationException();
  }

  /** Returns the SHA-256 over every path and content of the set, broken images included. */
  public String fingerprint() {
    throw new UnsupportedOperationException();
  }

  /** Writes image {@code index} as 3 x H x W in [0,1], RGB, to {@code out} from {@code offset}. */
  public void rgb(int index, float[] out, int offset) {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes what the model sees: 3 x H x W RGB, or 1 x H x W for a gray model, in [0,1]. Gray is
   * {@code (19595 R + 38470 G + 7471 B + 32768) >> 16} on 8-bit levels (ITU-R 601 luma).
   */
  public void input(int index, float[] out, int offset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
