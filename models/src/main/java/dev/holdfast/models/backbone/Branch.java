package dev.holdfast.models.backbone;

/**
 * One of the sets of statistics, scales and shifts that a {@link MixBatchNorm} may have: the main
 * one for clean images, which evaluation uses, and auxiliary ones for other distributions.
 */
public enum Branch {
  /** Clean images. Its arrays have the names that a plain batch norm gives them. */
  MAIN(""),
  /** The first kind of other images. */
  AUX1("aux1."),
  /** The second kind. */
  AUX2("aux2."),
  /** The third kind. */
  AUX3("aux3.");

  private final String infix;

  Branch(String infix) {
    this.infix = infix;
  }

  /** Returns the name of an array of this branch, such as {@code bn1.aux1.running_mean}. */
  String name(String norm, String array) {
    return norm + "." + infix + array;
  }

  /** Tells whether an array belongs to an auxiliary branch. */
  public static boolean isAuxiliary(String name) {
    for (Branch branch : values()) {
      if (branch != MAIN && name.contains("." + branch.infix)) {
        return true;
      }
    }
    return false;
  }
}
