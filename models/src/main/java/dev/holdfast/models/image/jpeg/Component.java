package dev.holdfast.models.image.jpeg;

import java.util.Arrays;

/** A component of a frame: its blocks of 8 x 8, and its samples. */
final class Component {

  static final int SIDE = 8;
  static final int AREA = SIDE * SIDE;

  private static final int LOW_FREQUENCIES = 10;

  /** Damaged data may run past the last coefficient: more of them all stand for the last. */
  private static final int[] NATURAL = new int[2 * AREA];

  static {
    Arrays.fill(NATURAL, AREA - 1);
    int k = 0;
    for (int diagonal = 0; diagonal < 2 * SIDE - 1; diagonal++) {
      for (int i = 0; i <= diagonal; i++) {
        int row = diagonal % 2 == 0 ? diagonal - i : i;
        int column = diagonal - row;
        if (row < SIDE && column < SIDE) {
          NATURAL[k++] = row * SIDE + column;
        }
      }
    }
  }

  final int id;

  /** How many blocks of a minimum coded unit lie beside each other, and below each other. */
  final int across;

  final int down;
  final int table;

  /** The blocks that hold samples of the image. */
  int blocksWide;

  int blocksHigh;

  /** The size in samples, without what fills the last blocks. */
  int width;

  int height;

  /** The length of a line, and the number of lines, of whole units. */
  int stride;

  int lines;
  byte[] samples;

  /** Where more scans than one tell of a block; null where none does. */
  short[] blocks;

  /** The quantization table that was in force when the component's first scan began. */
  int[] steps;

  /** How many low bits of each coefficient are not known yet, -1 for all of them. */
  final int[] unknown = new int[AREA];

  Component(int id, int across, int down, int table) {
    this.id = id;
    this.across = across;
    this.down = down;
    this.table = table;
    Arrays.fill(unknown, -1);
  }

  /** Returns where a coefficient lies in a block whose rows follow each other. */
  static int natural(int zigzag) {
    return NATURAL[zigzag];
  }

  int blocksInStride() {
    return stride / SIDE;
  }

  /** Returns the index of a block's first coefficient. */
  int blockAt(int row, int column) {
    return (row * blocksInStride() + column) * AREA;
  }

  /**
   * Tells whether the coefficients of low frequency are known to the last bit. Where they are not,
   * libjpeg guesses them from the blocks around.
   */
  boolean isKnown() {
    return Arrays.stream(unknown, 0, LOW_FREQUENCIES).allMatch(bits -> bits == 0);
  }

  void makeSamples() {
    samples = new byte[Math.multiplyExact(stride, lines)];
  }

  /** Turns a block into samples. */
  void toSamples(short[] from, int at, int row, int column, int[] work) {
    int corner = row * SIDE * stride + column * SIDE;
    int rest = 0;
    for (int i = 1; i < AREA; i++) {
      rest |= from[at + i];
    }
    if (rest == 0) {
      int dc = (short) (from[at] * steps[0]);
      byte flat = (byte) BlockTransform.flat(dc);
      for (int y = 0; y < SIDE; y++) {
        Arrays.fill(samples, corner + y * stride, corner + y * stride + SIDE, flat);
      }
      return;
    }
    for (int i = 0; i < AREA; i++) {
      work[i] = (short) (from[at + i] * steps[i]);
    }
    BlockTransform.inverse(work);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        samples[corner + y * stride + x] = (byte) work[y * SIDE + x];
      }
    }
  }
}
