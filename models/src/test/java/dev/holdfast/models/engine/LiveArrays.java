package dev.holdfast.models.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Counts the arrays that are alive in the whole process, and fails tests that leave some behind.
 */
public final class LiveArrays implements BeforeEachCallback, AfterEachCallback {

  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(LiveArrays.class);

  /** Returns the number of arrays on all managers, the one of the engine included. */
  public static int count() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      return manager.getParentManager().getManagedArrays().size();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(HERE).put("count", count());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    int before = context.getStore(HERE).get("count", Integer.class);
    int after = count();
    if (after != before && context.getExecutionException().isEmpty()) {
      throw new AssertionError(
          "The test must close every array: there were %d before it and are %d behind it."
              .formatted(before, after));
    }
  }
}
