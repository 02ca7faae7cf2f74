package dev.holdfast.models.image.jpeg;

import java.io.IOException;
import java.util.List;

/**
 * The header of a scan.
 *
 * @param components what is coded in it
 * @param dcTables of each component
 * @param acTables of each component
 * @param first the first coefficient, in zigzag order
 * @param last the last one
 * @param earlier how many low bits were left out by the scan before, 0 if there was none
 * @param low how many low bits are left out
 */
record Scan(
    List<Component> components,
    List<Integer> dcTables,
    List<Integer> acTables,
    int first,
    int last,
    int earlier,
    int low) {

  private static final int MOST_LOW_BITS = 13;

  /** What a scan says of each coefficient. */
  enum Kind {
    WHOLE_BLOCKS,
    DC_FIRST,
    DC_REFINED,
    AC_FIRST,
    AC_REFINED
  }

  Kind kind(boolean progressive) throws IOException {
    if (!progressive) {
      return Kind.WHOLE_BLOCKS;
    }
    boolean band =
        first == 0 ? last == 0 : first <= last && last < Component.AREA && components.size() == 1;
    if (!band || (earlier != 0 && low != earlier - 1) || low > MOST_LOW_BITS) {
      throw new IOException("the image is damaged: bad progression");
    }
    if (first == 0) {
      return earlier == 0 ? Kind.DC_FIRST : Kind.DC_REFINED;
    }
    return earlier == 0 ? Kind.AC_FIRST : Kind.AC_REFINED;
  }
}
