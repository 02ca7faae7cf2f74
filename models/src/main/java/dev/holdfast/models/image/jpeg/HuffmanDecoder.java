package dev.holdfast.models.image.jpeg;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Huffman coding, sequential (ITU-T T.81, annex F.2.2) and progressive (annex G.2). */
final class HuffmanDecoder implements EntropyDecoder {

  /** A run of 16 zeros; smaller ones end the band. */
  private static final int LONG_RUN = 15;

  /** As many bits as are there at most behind the end of the data. */
  private static final int FULL = 57;

  private final JpegSource source;
  private final Scan scan;
  private final Scan.Kind kind;
  private final List<HuffmanTable> dcTables;
  private final List<HuffmanTable> acTables;
  private final int[] lastDc;

  private long buffer;
  private int left;

  /** Whether more bits were asked for than there are: zeros stand in, to the next restart. */
  private boolean exhausted;

  private boolean skipped;

  /** How many of the next blocks have nothing in this band. */
  private int emptyBlocks;

  /**
   * @param dcTables of each component of the scan, where its kind needs them
   * @param acTables of each component of the scan, where its kind needs them
   */
  HuffmanDecoder(
      JpegSource source,
      Scan scan,
      Scan.Kind kind,
      List<HuffmanTable> dcTables,
      List<HuffmanTable> acTables) {
    this.source = source;
    this.scan = scan;
    this.kind = kind;
    this.dcTables = dcTables;
    this.acTables = acTables;
    this.lastDc = new int[scan.components().size()];
  }

  @Override
  public void restart() {
    buffer = 0;
    left = 0;
    emptyBlocks = 0;
    Arrays.fill(lastDc, 0);
    if (!source.atMarker()) {
      exhausted = false;
    }
  }

  @Override
  public void startUnit() {
    skipped = exhausted;
  }

  @Override
  public void decode(int component, short[] blocks, int at) throws IOException {
    if (skipped) {
      return;
    }
    switch (kind) {
      case WHOLE_BLOCKS -> {
        blocks[at] = (short) dc(component);
        whole(acTables.get(component), blocks, at);
      }
      case DC_FIRST -> blocks[at] = (short) (dc(component) << scan.low());
      case DC_REFINED -> blocks[at] |= (short) (bits(1) << scan.low());
      case AC_FIRST -> band(blocks, at);
      case AC_REFINED -> refine(blocks, at);
    }
  }

  private int dc(int component) throws IOException {
    lastDc[component] += signed(symbol(dcTables.get(component)));
    return lastDc[component];
  }

  private void whole(HuffmanTable table, short[] blocks, int at) throws IOException {
    for (int k = 1; k < Component.AREA; k++) {
      int symbol = symbol(table);
      int size = symbol & 0xf;
      int run = symbol >> 4;
      if (size != 0) {
        k += run;
        blocks[at + Component.natural(k)] = (short) signed(size);
      } else if (run == LONG_RUN) {
        k += LONG_RUN;
      } else {
        return;
      }
    }
  }

  private void band(short[] blocks, int at) throws IOException {
    if (emptyBlocks > 0) {
      emptyBlocks--;
      return;
    }
    HuffmanTable table = acTables.get(0);
    for (int k = scan.first(); k <= scan.last(); k++) {
      int symbol = symbol(table);
      int size = symbol & 0xf;
      int run = symbol >> 4;
      if (size != 0) {
        k += run;
        blocks[at + Component.natural(k)] = (short) (signed(size) << scan.low());
      } else if (run == LONG_RUN) {
        k += LONG_RUN;
      } else {
        emptyBlocks = (1 << run) + bits(run) - 1;
        return;
      }
    }
  }

  private void refine(short[] blocks, int at) throws IOException {
    HuffmanTable table = acTables.get(0);
    int k = scan.first();
    if (emptyBlocks == 0) {
      for (; k <= scan.last(); k++) {
        int symbol = symbol(table);
        int run = symbol >> 4;
        int fresh = 0;
        if ((symbol & 0xf) != 0) {
          fresh = (bits(1) == 1 ? 1 : -1) << scan.low();
        } else if (run != LONG_RUN) {
          emptyBlocks = (1 << run) + bits(run);
          break;
        }
        // Goes past so many zeros as the run says, and refines what is not zero on the way.
        do {
          int index = at + Component.natural(k);
          if (blocks[index] != 0) {
            correct(blocks, index);
          } else if (--run < 0) {
            break;
          }
          k++;
        } while (k <= scan.last());
        if (fresh != 0) {
          blocks[at + Component.natural(k)] = (short) fresh;
        }
      }
    }
    if (emptyBlocks > 0) {
      for (; k <= scan.last(); k++) {
        int index = at + Component.natural(k);
        if (blocks[index] != 0) {
          correct(blocks, index);
        }
      }
      emptyBlocks--;
    }
  }

  private void correct(short[] blocks, int index) throws IOException {
    int bit = 1 << scan.low();
    if (bits(1) == 1 && (blocks[index] & bit) == 0) {
      blocks[index] += (short) (blocks[index] >= 0 ? bit : -bit);
    }
  }

  private int symbol(HuffmanTable table) throws IOException {
    if (left < HuffmanTable.LONGEST) {
      fill(0);
    }
    int length = 1;
    if (left >= HuffmanTable.QUICK_BITS) {
      int found =
          table.quick(
              (int) (buffer >>> (left - HuffmanTable.QUICK_BITS))
                  & ((1 << HuffmanTable.QUICK_BITS) - 1));
      if (found != 0) {
        left -= found >> Byte.SIZE;
        return found & 0xff;
      }
      length = HuffmanTable.QUICK_BITS + 1;
    }
    int code = bits(length);
    while (table.isLonger(code, length)) {
      code = (code << 1) | bits(1);
      length++;
    }
    // No code: libjpeg goes on with a zero.
    return length > HuffmanTable.LONGEST ? 0 : table.symbol(code, length);
  }

  /** Reads a number of so many bits; those that begin with 0 are negative. */
  private int signed(int size) throws IOException {
    int value = bits(size);
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  private int bits(int count) throws IOException {
    if (left < count) {
      fill(count);
    }
    left -= count;
    return (int) (buffer >>> left) & ((1 << count) - 1);
  }

  private void fill(int needed) throws IOException {
    while (left <= Long.SIZE - Byte.SIZE) {
      int value = source.nextCoded();
      if (value < 0) {
        break;
      }
      buffer = (buffer << Byte.SIZE) | value;
      left += Byte.SIZE;
    }
    if (left < needed) {
      exhausted = true;
      buffer <<= FULL - left;
      left = FULL;
    }
  }
}
