package dev.holdfast.models.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A TorchScript file.
 *
 * <p>{@code Block.forward(training=true)} would give input gradients but puts scripted modules into
 * training mode, where batch norm overwrites its statistics; {@code training=false} gives no
 * gradients. So the module is put into evaluation mode once and its method is called directly, with
 * autograd on or off.
 */
final class TorchScriptNetwork implements Network {

  /** What another order of summation may change, in parts of the largest number. */
  private static final float ROUNDING = 1e-4f;

  private final Model model;
  private final PtSymbolBlock block;

  /** Whether there are depthwise convolutions. */
  private final boolean depthwise;

  /** Whether batches of a shape go in with the channels of a pixel side by side. */
  private final Map<Shape, Boolean> channelsLast = new ConcurrentHashMap<>();

  private TorchScriptNetwork(Model model, PtSymbolBlock block) {
    this.model = model;
    this.block = block;
    this.depthwise = isDepthwise(block);
  }

  /**
   * Tells whether there are depthwise convolutions: the engine reorders the input and the output of
   * each of them, unless channels come last. Never decided by a clock, because a sum in another
   * order has other last digits.
   */
  private static boolean isDepthwise(PtSymbolBlock block) {
    // A single one may be the first layer of a network for gray images.
    return block.getDirectParameters().values().stream()
            .map(parameter -> parameter.getArray().getShape())
            .filter(s -> s.dimension() == 4 && s.get(0) > 1 && s.get(1) == 1 && s.get(2) > 1)
            .count()
        > 1;
  }

  /**
   * Loads a file.
   *
   * @throws InputException if it is not TorchScript that the engine can load
   */
  static TorchScriptNetwork load(Path file, Device device) {
    WeightsFile.check(file);
    Model model = Model.newInstance(file.getFileName().toString(), device, "PyTorch");
    try {
      // Without trainParam the tensors are inference tensors, which autograd refuses.
      model.load(
          file.toAbsolutePath().getParent(),
          file.getFileName().toString(),
          Map.of("trainParam", "true", "mapLocation", "true"));
      PtSymbolBlock block = (PtSymbolBlock) model.getBlock();
      JniUtils.enableInferenceMode(block);
      for (Parameter parameter : block.getDirectParameters().values()) {
        parameter.getArray().setRequiresGradient(false);
      }
      return new TorchScriptNetwork(model, block);
    } catch (EngineException | IOException | MalformedModelException e) {
      model.close();
      throw WeightsFile.unloadable(file, e);
    }
  }

  @Override
  public NDArray forward(NDArray input, boolean gradient) {
    // The profiling executor rewrites the graph after the first calls, and numbers with it; the
    // setting is per thread.
    JniUtils.setGraphExecutorOptimize(false);
    return run(input, gradient);
  }

  private NDArray run(NDArray input, boolean gradient) {
    NDArray ordered =
        depthwise && takesChannelsLast(input.getShape()) ? channelsLast(input) : input;
    return embedding(ordered, gradient);
  }

  private NDArray embedding(NDArray input, boolean gradient) {
    NDList output;
    try {
      output = IValueUtils.forward(block, new NDList(input), gradient);
    } catch (UnsupportedOperationException e) {
      // Something among the results is no tensor.
      throw new OutputException(described(input), e);
    }
    // A text comes as an array without a tensor, and whoever asks that for more than its type ends
    // the process.
    if (output.size() != 1 || output.head().getDataType() == DataType.STRING) {
      throw new OutputException(described(input), null);
    }
    return output.head();
  }

  /** Runs once more for the names of what comes out. */
  private String described(NDArray input) {
    try (NDManager trial = input.getManager().newSubManager();
        IValue given = IValue.from((PtNDArray) input);
        IValue output = IValueUtils.forward(block, new IValue[] {given})) {
      return described(output, (PtNDManager) trial);
    }
  }

  private static String described(IValue value, PtNDManager manager) {
    if (value.isTensor()) {
      NDArray tensor = value.toTensor(manager);
      return "a tensor " + tensor.getShape();
    }
    if (value.isTuple()) {
      return "a tuple of " + described(value.toIValueTuple(), manager);
    }
    if (value.isMap()) {
      Map<String, IValue> named = new TreeMap<>(value.toIValueMap());
      String all =
          named.entrySet().stream()
              .map(e -> e.getKey() + ": " + described(e.getValue(), manager))
              .collect(Collectors.joining(", "));
      named.values().forEach(IValue::close);
      return "a dict of {" + all + "}";
    }
    if (value.isList()) {
      return "a list of " + described(value.toIValueArray(), manager);
    }
    if (value.isTensorList()) {
      String all =
          Arrays.stream(value.toTensorArray(manager))
              .map(tensor -> "a tensor " + tensor.getShape())
              .collect(Collectors.joining(", "));
      return "a list of (" + all + ")";
    }
    String type = value.getType();
    return type.equals("NoneType") ? "None" : type;
  }

  private static String described(IValue[] values, PtNDManager manager) {
    String all =
        Arrays.stream(values)
            .map(value -> described(value, manager))
            .collect(Collectors.joining(", "));
    Arrays.stream(values).forEach(IValue::close);
    return "(" + all + ")";
  }

  /**
   * Tries both orders on the same made-up images, once for each shape. A view may count on the
   * usual order and throw, and a trace may hold the strides of its example and silently become
   * another function. No report counts these passes.
   */
  private boolean takesChannelsLast(Shape shape) {
    Boolean known = channelsLast.get(shape);
    if (known != null) {
      return known;
    }
    try (NDManager trial = model.getNDManager().newSubManager()) {
      NDArray images = trial.arange((float) shape.size()).sin().reshape(shape);
      boolean takes = isSame(embeddings(images.duplicate()), channelsLast(images));
      channelsLast.put(shape, takes);
      return takes;
    } catch (EngineException | OutputException | IllegalArgumentException e) {
      // The call that asks fails as well, and says why.
      return false;
    }
  }

  private boolean isSame(float[] usual, NDArray images) {
    try {
      float[] last = embeddings(images);
      if (last.length != usual.length) {
        return false;
      }
      float largest = 0;
      float difference = 0;
      for (int i = 0; i < usual.length; i++) {
        largest = Math.max(largest, Math.abs(usual[i]));
        difference = Math.max(difference, Math.abs(usual[i] - last[i]));
      }
      // Not a number is not the same.
      return difference <= ROUNDING * largest;
    } catch (EngineException e) {
      return false;
    }
  }

  private float[] embeddings(NDArray images) {
    return embedding(images, false).toType(DataType.FLOAT32, false).toFloatArray();
  }

  /** The same values under the same indices, in another order in memory. */
  private static NDArray channelsLast(NDArray input) {
    NDArray turned = input.transpose(0, 2, 3, 1);
    return turned.flatten().reshape(turned.getShape()).transpose(0, 3, 1, 2);
  }

  @Override
  public void close() {
    model.close();
  }
}
