package dev.holdfast.metrics.error;

/**
 * A run could not be finished although its input was acceptable: the candidate threw in the middle,
 * the disk is full. It reaches the user as one message without a stack trace, and the program ends
 * with exit code 3. Finished cells stay on disk.
 */
public final class RunException extends RuntimeException {

  /**
   * @param message what happened, where, and what to do about it
   */
  public RunException(String message) {
    super(message);
  }

  /**
   * @param message what happened, where, and what to do about it
   * @param cause shown with {@code --verbose} only
   */
  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
