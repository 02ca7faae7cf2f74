package dev.holdfast.models.image.jpeg;

import java.io.IOException;
import java.util.Arrays;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;

/** A table of Huffman codes (ITU-T T.81, annex C), laid out for decoding (annex F.2.2.3). */
final class HuffmanTable {

  static final int LONGEST = 16;

  /** Codes of up to so many bits are looked up at once. */
  static final int QUICK_BITS = 9;

  private static final int SYMBOLS = 256;

  /** The largest size of a difference of DC coefficients. */
  private static final int MOST_DC_BITS = 15;

  private final byte[] symbols = new byte[SYMBOLS];
  private final int[] quick = new int[1 << QUICK_BITS];

  /**
   * The greatest code of each length, -1 where there is none; one length more ends every search.
   */
  private final int[] greatest = new int[LONGEST + 2];

  private final int[] offsets = new int[LONGEST + 2];

  /**
   * @param counts how many codes have 1, 2, … 16 bits
   * @param values the symbols, in the order of their codes
   */
  HuffmanTable(int[] counts, byte[] values) throws IOException {
    System.arraycopy(values, 0, symbols, 0, values.length);
    Arrays.fill(greatest, -1);
    greatest[LONGEST + 1] = Integer.MAX_VALUE;
    int code = 0;
    int index = 0;
    for (int bits = 1; bits <= LONGEST; bits++) {
      offsets[bits] = index - code;
      for (int i = 0; i < counts[bits - 1]; i++) {
        if (bits <= QUICK_BITS) {
          int first = code << (QUICK_BITS - bits);
          int found = (bits << Byte.SIZE) | (symbols[index] & 0xff);
          Arrays.fill(
              quick,
              Math.min(first, quick.length),
              Math.min(first + (1 << (QUICK_BITS - bits)), quick.length),
              found);
        }
        greatest[bits] = code++;
        index++;
      }
      if (index > 0 && code >= 1 << bits) {
        throw new IOException("the image is damaged: bad Huffman table");
      }
      code <<= 1;
    }
  }

  /** Returns a table of T.81, annex K, which the frames of Motion JPEG take for known. */
  static HuffmanTable standard(boolean dc, int index) throws IOException {
    JPEGHuffmanTable table;
    if (dc) {
      table = index == 0 ? JPEGHuffmanTable.StdDCLuminance : JPEGHuffmanTable.StdDCChrominance;
    } else {
      table = index == 0 ? JPEGHuffmanTable.StdACLuminance : JPEGHuffmanTable.StdACChrominance;
    }
    int[] counts = new int[LONGEST];
    for (int i = 0; i < table.getLengths().length; i++) {
      counts[i] = table.getLengths()[i];
    }
    byte[] values = new byte[table.getValues().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) table.getValues()[i];
    }
    return new HuffmanTable(counts, values);
  }

  void checkDc() throws IOException {
    for (byte symbol : symbols) {
      if ((symbol & 0xff) > MOST_DC_BITS) {
        throw new IOException("the image is damaged: bad Huffman table");
      }
    }
  }

  /** Returns the length of the code that the bits begin with, times 256, plus its symbol, or 0. */
  int quick(int bits) {
    return quick[bits];
  }

  boolean isLonger(int code, int bits) {
    return code > greatest[bits];
  }

  int symbol(int code, int bits) {
    return symbols[(code + offsets[bits]) & 0xff] & 0xff;
  }
}
