package dev.holdfast.metrics.error;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;

/** Says why a file could not be read or written, in words for a user. */
public final class Reason {

  private Reason() {}

  /** Returns the reason that the operating system gave, without names of classes. */
  public static String of(Exception e) {
    // Some libraries say that a picture could not be written, and only the cause says why.
    boolean wraps = e instanceof UncheckedIOException || e instanceof IOException;
    if (wraps && e.getCause() instanceof IOException cause) {
      return of(cause);
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile() + " is protected";
    }
    if (e instanceof FileSystemLoopException loop) {
      return "the link " + loop.getFile() + " leads in a circle";
    }
    if (e instanceof CharacterCodingException) {
      return "some of its bytes are no characters";
    }
    if (e instanceof FileSystemException other && other.getReason() != null) {
      return other.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
