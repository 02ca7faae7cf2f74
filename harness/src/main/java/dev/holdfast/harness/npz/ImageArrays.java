package dev.holdfast.harness.npz;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.image.InputSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Stored images at model input size: the array {@code images} (N x C x H x W numbers in [0,1]) of a
 * {@code .npz} file, and what lies beside it.
 *
 * @param pixels every one in [0,1]
 * @param count number of images
 * @param rounded how many numbers lay outside of [0,1] by rounding, and were moved to its ends
 * @param arrays all arrays of the file
 */
@SuppressWarnings("ArrayRecordComponent")
public record ImageArrays(float[] pixels, int count, int rounded, Map<String, NpyArray> arrays) {

  private static final String KEY = "array images";

  /** What float32 arithmetic leaves beyond an end of [0,1]; a level of 8 bits is 0.004. */
  private static final float ROUNDING = 1e-6f;

  /**
   * Reads a file and checks its images.
   *
   * @param spec what the model takes
   * @throws InputException if there are no images, or none that the model takes; the message says
   *     how to make them so
   */
  public static ImageArrays read(Path path, InputSpec spec) {
    Map<String, NpyArray> arrays = NpzReader.read(path);
    String owner = path.toString();
    NpyArray images = arrays.get("images");
    if (images == null) {
      throw InputException.of(
          "array",
          "images",
          owner,
          "be there as float32 or float64: the file has such numbers in " + arrays.keySet(),
          "save it with numpy.savez(file, images=x.astype(numpy.float32))");
    }
    checkShape(images, spec, owner);
    if (images.shape()[0] == 0) {
      throw InputException.of(
          KEY, images.describe(), owner, "hold an image", "nothing passed the filter that chose");
    }
    checkValues(images, owner);
    float[] pixels = images.floats().clone();
    int rounded = 0;
    for (int i = 0; i < pixels.length; i++) {
      float inside = Math.max(0, Math.min(1, pixels[i]));
      rounded += inside == pixels[i] ? 0 : 1;
      pixels[i] = inside;
    }
    return new ImageArrays(pixels, images.shape()[0], rounded, arrays);
  }

  private static void checkShape(NpyArray images, InputSpec spec, String owner) {
    int channels = spec.color().channels();
    int[] wanted = {channels, spec.height(), spec.width()};
    int[] axes = images.shape();
    if (axes.length == 4 && Arrays.equals(axes, 1, 4, wanted, 0, 3)) {
      return;
    }
    throw InputException.of(
        KEY,
        images.describe(),
        owner,
        String.format(
            Locale.ROOT,
            "be N x %d x %d x %d (images x channels x height x width), as the model takes them",
            channels,
            spec.height(),
            spec.width()),
        remedy(axes, wanted));
  }

  /** Returns what turns axes into those that are wanted, as far as that can be told. */
  private static String remedy(int[] axes, int[] wanted) {
    List<String> steps = new ArrayList<>();
    int[] rest = axes;
    if (rest.length == 3 && (Arrays.equals(rest, wanted) || Arrays.equals(rest, last(wanted)))) {
      steps.add("add the axis of images: x[numpy.newaxis]");
      rest = new int[] {1, rest[0], rest[1], rest[2]};
    } else if (rest.length == 3) {
      steps.add("add the axis of channels: x[:, numpy.newaxis]");
      rest = new int[] {rest[0], 1, rest[1], rest[2]};
    }
    if (rest.length != 4) {
      return "it is another array: images have four axes";
    }
    if (isChannels(rest[3]) && !isChannels(rest[1])) {
      steps.add("put the channels before the rows: x.transpose(0, 3, 1, 2)");
      rest = new int[] {rest[0], rest[3], rest[1], rest[2]};
    }
    if (rest[1] == 1 && wanted[0] == 3) {
      steps.add("repeat the gray channel: numpy.repeat(x, 3, axis=1)");
    } else if (rest[1] == 4 && wanted[0] == 3) {
      steps.add("leave transparency out: x[:, :3]");
    } else if (rest[1] == 3 && wanted[0] == 1) {
      steps.add(
          "make it gray: 0.299 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3] of red, green and blue");
    } else if (rest[1] != wanted[0]) {
      return "it is another array: images have 1 or 3 channels";
    }
    if (rest[2] != wanted[1] || rest[3] != wanted[2]) {
      steps.add("bring the images to the size of the model, or give their files with --data");
    }
    return String.join("; ", steps);
  }

  private static boolean isChannels(int size) {
    return size == 1 || size == 3 || size == 4;
  }

  private static int[] last(int[] axes) {
    return new int[] {axes[1], axes[2], axes[0]};
  }

  private static void checkValues(NpyArray images, String owner) {
    int values = images.size() / images.shape()[0];
    for (int i = 0; images.floats() != null && i < images.size(); i++) {
      if (!Float.isFinite(images.floats()[i])) {
        throw InputException.of(
            KEY,
            "image " + i / values + " holds " + images.floats()[i],
            owner,
            "be finite numbers in [0,1]",
            "leave that image out");
      }
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < images.size(); i++) {
      double value = images.floats() == null ? images.longs()[i] : images.floats()[i];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    boolean inside = low >= -ROUNDING && high <= 1 + ROUNDING;
    if (inside && images.floats() != null) {
      return;
    }
    throw InputException.of(
        KEY,
        "%s from %s to %s"
            .formatted(images.floats() == null ? "integers" : "numbers", number(low), number(high)),
        owner,
        "be floating-point numbers in [0,1]",
        inside ? "save x.astype(numpy.float32)" : scaling(low, high));
  }

  /** Returns how numbers of such a range come to lie in [0,1]. */
  private static String scaling(double low, double high) {
    if (low >= 0 && high > 2) {
      int most = high <= 255 ? 255 : 65535;
      return "divide by what stands for white: save (x / %d).astype(numpy.float32)".formatted(most);
    }
    if (low < -0.25 && low >= -1 && high <= 1) {
      return "they run from -1 to 1: save (x + 1) / 2";
    }
    if (low < -0.25 || high > 1.25) {
      return "they are normalized, which the model does itself: undo it with x * std + mean";
    }
    return "resizing or noise went beyond black and white: save numpy.clip(x, 0, 1)";
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }
}
