package dev.holdfast.reports.result;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a trust check says of the numbers, best first. Written in lower case. */
public enum Verdict {
  /** Nothing speaks against the numbers. */
  OK,
  /** Something looks odd; read the finding before relying on the numbers. */
  SUSPICIOUS,
  /** The numbers do not show what they seem to show. */
  UNRELIABLE;

  /** Returns the id that all files use. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
