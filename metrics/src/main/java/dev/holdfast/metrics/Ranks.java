package dev.holdfast.metrics;

/** Which relevant items are to be ranked, from few to many: what is not asked for costs nothing. */
public enum Ranks {
  /** The first one, if it is among the nearest that are asked for. */
  NEAREST,

  /** Those among the nearest that are asked for. */
  NEAR,

  /**
   * Those up to the larger of the number of neighbors and R, their own number, and the first one,
   * wherever it is.
   */
  FIRST,

  /** All, wherever they are. */
  ALL;

  /** Returns what includes both. */
  public Ranks and(Ranks other) {
    return compareTo(other) < 0 ? other : this;
  }
}
