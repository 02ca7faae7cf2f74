package dev.holdfast.reports.result;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What was done to the images of a row. Written in lower case. */
public enum Kind {
  /** Nothing. */
  CLEAN,
  /** An attack under a threat model. */
  ATTACK,
  /** A corruption of one severity. */
  CORRUPTION,
  /** A summary over several perturbations, such as a mean over all corruptions. */
  AGGREGATE;

  /** Returns the id that all files use. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
