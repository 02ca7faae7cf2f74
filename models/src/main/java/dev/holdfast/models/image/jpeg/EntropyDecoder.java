package dev.holdfast.models.image.jpeg;

import java.io.IOException;

/** Decodes the coefficients of a scan. */
sealed interface EntropyDecoder permits HuffmanDecoder, ArithmeticDecoder {

  /** Starts anew behind a restart marker. */
  void restart();

  /** Tells that the blocks that follow are those of another minimum coded unit. */
  void startUnit();

  /**
   * Decodes one block. Where data are missing or wrong it stays as it is.
   *
   * @param component its index in the scan
   * @param blocks where it lies, row by row, not dequantized
   * @param at the index of its first coefficient
   */
  void decode(int component, short[] blocks, int at) throws IOException;
}
