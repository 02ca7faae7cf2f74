package dev.holdfast.attacks.imaging;

import dev.holdfast.models.image.jpeg.BlockTransform;

/** Rounds blocks of 8 x 8 levels in the domain of the discrete cosine transform. */
final class JpegBlocks {

  static final int SIDE = BlockTransform.SIDE;

  private static final int AREA = SIDE * SIDE;
  private static final int RECIPROCAL_BITS = 28;

  private final int[] steps;

  /** To divide by a step times 8: exact for the 15 bits that coefficients have. */
  private final long[] reciprocals = new long[AREA];

  /**
   * @param steps the quantization table, row by row
   */
  JpegBlocks(int[] steps) {
    this.steps = steps;
    for (int i = 0; i < AREA; i++) {
      reciprocals[i] = (1L << RECIPROCAL_BITS) / (steps[i] << BlockTransform.SCALE_BITS) + 1;
    }
  }

  /** Rounds all blocks of a plane of whole blocks in place. */
  void roundTrip(int[] plane, int height, int width) {
    int[] block = new int[AREA];
    for (int top = 0; top < height; top += SIDE) {
      for (int left = 0; left < width; left += SIDE) {
        int corner = top * width + left;
        for (int y = 0; y < SIDE; y++) {
          System.arraycopy(plane, corner + y * width, block, y * SIDE, SIDE);
        }
        BlockTransform.forward(block);
        quantize(block);
        BlockTransform.inverse(block);
        for (int y = 0; y < SIDE; y++) {
          System.arraycopy(block, y * SIDE, plane, corner + y * width, SIDE);
        }
      }
    }
  }

  /** Rounds coefficients, that are eight times too large, to multiples of the steps. */
  private void quantize(int[] block) {
    for (int i = 0; i < AREA; i++) {
      int size = Math.abs(block[i]) + (steps[i] << (BlockTransform.SCALE_BITS - 1));
      int rounded = (int) ((size * reciprocals[i]) >> RECIPROCAL_BITS) * steps[i];
      block[i] = block[i] < 0 ? -rounded : rounded;
    }
  }
}
