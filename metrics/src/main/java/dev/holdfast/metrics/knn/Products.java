package dev.holdfast.metrics.knn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The products of some rows with some others, row by row.
 *
 * @param numbers outside the heap, good until the next product
 * @param first number of the first row
 * @param rows how many there are
 * @param firstColumn number of the first of the others
 * @param columns how many there are
 */
record Products(FloatBuffer numbers, int first, int rows, int firstColumn, int columns) {

  /** So many columns are turned into rows at a time: lines of a cache are read whole. */
  private static final int TURNED = 32;

  /** Takes products of one item with queries in a row. */
  interface Use {
    void accept(int item, float[] products);
  }

  /** Whether both sides are the same rows. */
  boolean isDiagonal() {
    return first == firstColumn;
  }

  /** Reads a part of a row, from a column on. */
  void read(int row, int column, float[] products) {
    numbers.get(row * columns + column, products);
  }

  /** Gives each row, as an item, with those columns, as queries; what is given may be changed. */
  void eachRow(int fromColumn, int toColumn, Use use) {
    float[] products = new float[toColumn - fromColumn];
    for (int row = 0; row < rows; row++) {
      read(row, fromColumn, products);
      use.accept(first + row, products);
    }
  }

  /** Gives each column, as an item, with those rows, as queries; what is given may be changed. */
  void eachColumn(int fromRow, int toRow, Use use) {
    float[][] turned = new float[TURNED][toRow - fromRow];
    float[] some = new float[TURNED];
    for (int column = 0; column < columns; column += TURNED) {
      int count = Math.min(TURNED, columns - column);
      for (int row = fromRow; row < toRow; row++) {
        numbers.get(row * columns + column, some, 0, count);
        for (int i = 0; i < count; i++) {
          turned[i][row - fromRow] = some[i];
        }
      }
      for (int i = 0; i < count; i++) {
        use.accept(firstColumn + column + i, turned[i]);
      }
    }
  }

  /** Shows numbers as their bits: through memory that is both, since the JIT has no loop for it. */
  static final class Bits {

    private final FloatBuffer floats;
    private final IntBuffer ints;

    Bits(int count) {
      ByteBuffer memory =
          ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
      floats = memory.asFloatBuffer();
      ints = memory.asIntBuffer();
    }

    void of(float[] numbers, int[] bits) {
      floats.put(0, numbers);
      ints.get(0, bits);
    }
  }
}
