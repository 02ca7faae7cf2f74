package dev.holdfast.models.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Guard of passes through the engine: they come to their end before the virtual machine does. When
 * it is told to stop, the libraries of the engine are taken down while other threads still run: a
 * pass among them would read freed memory, and the machine would crash instead of ending.
 */
final class EngineShutdownGuard {

  /** A pass that takes longer than this is left behind. */
  private static final long PATIENCE_SECONDS = 60;

  /** Passes read; the end of the virtual machine writes, and then nobody else ever gets in. */
  private static final ReentrantReadWriteLock RUNNING = new ReentrantReadWriteLock();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EngineShutdownGuard::end, "end of passes"));
  }

  private EngineShutdownGuard() {}

  /** Runs one pass, or waits for the end of the virtual machine if that has begun. */
  static <T> T run(Supplier<T> pass) {
    RUNNING.readLock().lock();
    try {
      return pass.get();
    } finally {
      RUNNING.readLock().unlock();
    }
  }

  private static void end() {
    try {
      // Whether it comes to an end or not, the machine stops now.
      boolean ended = RUNNING.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        System.getLogger(EngineShutdownGuard.class.getName())
            .log(System.Logger.Level.WARNING, "A pass through the engine did not end in time.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
