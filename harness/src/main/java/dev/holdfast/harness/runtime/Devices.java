package dev.holdfast.harness.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.holdfast.metrics.error.InputException;

/** Finds the device that a command line names. */
public final class Devices {

  private Devices() {}

  /**
   * Returns a device.
   *
   * @param name {@code cpu} or {@code cuda:0}
   * @throws InputException if there is none of that name
   */
  public static Device of(String name) {
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    if (name.matches("cuda(:\\d{1,4})?")) {
      int index = name.contains(":") ? Integer.parseInt(name.substring(5)) : 0;
      int found = Engine.getEngine("PyTorch").getGpuCount();
      if (index < found) {
        return Device.gpu(index);
      }
      throw InputException.of(
          "device",
          name,
          "the command line",
          "be present, and " + found + " CUDA devices were found",
          "use --device cpu, or build with the profile cu118 for CUDA");
    }
    throw InputException.of(
        "device", name, "the command line", "be cpu or cuda:N", "use --device cpu");
  }
}
