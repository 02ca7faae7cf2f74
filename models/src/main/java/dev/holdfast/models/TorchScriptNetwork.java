package dev.holdfast.models;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A TorchScript file.
 *
 * <p>{@code Block.forward(training=true)} would give input gradients but puts scripted modules into
 * training mode, where batch norm overwrites its statistics; {@code training=false} gives no
 * gradients. So the module is put into evaluation mode once and its method is called directly, with
 * autograd on or off.
 */
final class TorchScriptNetwork implements Network {

  private final Model model;
  private final PtSymbolBlock block;

  private TorchScriptNetwork(Model model, PtSymbolBlock block) {
    this.model = model;
    this.block = block;
  }

  /**
   * Loads a file.
   *
   * @throws InputException if it is not TorchScript
   */
  static TorchScriptNetwork load(Path file, Device device) {
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
      throw InputException.of(
          "weights",
          file.getFileName(),
          "the model card",
          "be a whole TorchScript file",
          "the file is truncated, or a state dict: save torch.jit.script(model) or torch.jit.trace(...)");
    }
  }

  @Override
  public NDArray forward(NDArray input, boolean gradient) {
    // The profiling executor rewrites the graph after the first calls, and numbers with it; the
    // setting is per thread.
    JniUtils.setGraphExecutorOptimize(false);
    NDList output = IValueUtils.forward(block, new NDList(input), gradient);
    if (output.size() != 1) {
      throw new IllegalArgumentException(
          "it returns " + output.size() + " tensors, and an embedding is one");
    }
    return output.head();
  }

  @Override
  public void close() {
    model.close();
  }
}
