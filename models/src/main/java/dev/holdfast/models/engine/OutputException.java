package dev.holdfast.models.engine;

/** A network returns something that is no embedding; the message says what. */
final class OutputException extends RuntimeException {

  private static final long serialVersionUID = 1;

  OutputException(String what, Throwable cause) {
    super(what, cause);
  }
}
