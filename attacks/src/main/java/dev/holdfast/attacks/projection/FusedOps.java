package dev.holdfast.attacks.projection;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Fused operations that move whole batches of images in as few passes over them as the engine can:
 * it has operations for that which DJL does not offer, and a TorchScript file reaches them. {@code
 * moves.py} beside that file is its source. Every function changes its first array in place, so it
 * needs no memory of that size, which would cost as much again to get.
 */
final class FusedOps {

  private static final String FILE = "moves.pt";

  /**
   * Holds no arrays, so it serves every device and is never closed. Kept because it closes itself
   * when it is collected.
   */
  private static final Model MOVES = load();

  private FusedOps() {}

  private static Model load() {
    Model model = Model.newInstance("moves", Device.cpu(), "PyTorch");
    try (InputStream in = FusedOps.class.getResourceAsStream(FILE)) {
      model.load(in, Map.of());
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Sets direction to images + factors x direction.
   *
   * @param direction of the shape of images
   * @param factors one for each row, so shaped that they combine with it
   */
  static void addProduct(NDArray direction, NDArray factors, NDArray images) {
    run("add_product", array(direction), array(factors), array(images));
  }

  /** Sets images to min(max(images, lower), upper). */
  static void clamp(NDArray images, NDArray lower, NDArray upper) {
    run("clamp", array(images), array(lower), array(upper));
  }

  /**
   * Shortens each difference from its center to the radius where it is longer, then cuts to [0,1].
   *
   * @param tiny below this a length counts as this
   */
  static void pull(NDArray images, NDArray centers, double radius, double tiny) {
    run("pull", array(images), array(centers), IValue.from(radius), IValue.from(tiny));
  }

  private static IValue array(NDArray array) {
    return IValue.from((PtNDArray) array);
  }

  private static void run(String method, IValue... arguments) {
    // Nothing is to be rewritten after the first calls; the setting is per thread.
    JniUtils.setGraphExecutorOptimize(false);
    try {
      IValueUtils.runMethod((PtSymbolBlock) MOVES.getBlock(), method, arguments).close();
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }
}
