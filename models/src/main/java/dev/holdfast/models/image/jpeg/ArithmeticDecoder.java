package dev.holdfast.models.image.jpeg;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Arithmetic coding, sequential (ITU-T T.81, annex F.2.4) and progressive (annex G.2.3). Each
 * binary decision has a state of its own, chosen by what was decoded before.
 *
 * <p>What follows from damaged data is what libjpeg-turbo does with them.
 */
final class ArithmeticDecoder implements EntropyDecoder {

  private static final int DC_STATES = 64;
  private static final int AC_STATES = 256;

  /** Where the decisions on the size of a large number begin (tables F.4 and F.5). */
  private static final int DC_SIZES = 20;

  private static final int LOW_AC_SIZES = 189;
  private static final int HIGH_AC_SIZES = 217;

  /** How far the decisions on a number's bits are from those on its size. */
  private static final int BITS_AFTER_SIZE = 14;

  private static final int AC_STEP = 3;
  private static final int TOO_LARGE = 0x8000;
  private static final int HALF = 0x8000;
  private static final int FRACTION = 16;

  /**
   * What the tables of a file say of the contexts.
   *
   * @param lower differences of DC up to this size count as none
   * @param upper larger ones than this count as large
   * @param split the last coefficient of the low band
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Conditioning(int[] lower, int[] upper, int[] split) {

    static final int TABLES = 16;

    Conditioning() {
      this(new int[TABLES], new int[TABLES], new int[TABLES]);
      Arrays.fill(upper, 1);
      Arrays.fill(split, 5);
    }
  }

  private final JpegSource source;
  private final Scan scan;
  private final Scan.Kind kind;
  private final Conditioning conditioning;
  private final Map<Integer, byte[]> dcStates = new HashMap<>();
  private final Map<Integer, byte[]> acStates = new HashMap<>();
  private final byte[] even = {Probability.EVEN};
  private final int[] lastDc;
  private final int[] dcContext;

  /** The code's distance from the base of the interval, with {@link #FRACTION} more bits. */
  private long code;

  /** The size of the interval; 0 until there is a code. */
  private int interval;

  /** How many bits of the last byte have not moved into the code's whole part. */
  private int ahead;

  /** Whether the code made no sense: nothing is decoded to the next restart. */
  private boolean lost;

  ArithmeticDecoder(JpegSource source, Scan scan, Scan.Kind kind, Conditioning conditioning) {
    this.source = source;
    this.scan = scan;
    this.kind = kind;
    this.conditioning = conditioning;
    this.lastDc = new int[scan.components().size()];
    this.dcContext = new int[scan.components().size()];
    for (int table : scan.dcTables()) {
      dcStates.put(table, new byte[DC_STATES]);
    }
    for (int table : scan.acTables()) {
      acStates.put(table, new byte[AC_STATES]);
    }
    restart();
  }

  @Override
  public void restart() {
    dcStates.values().forEach(states -> Arrays.fill(states, (byte) 0));
    acStates.values().forEach(states -> Arrays.fill(states, (byte) 0));
    Arrays.fill(lastDc, 0);
    Arrays.fill(dcContext, 0);
    interval = 0;
    lost = false;
  }

  @Override
  public void startUnit() {}

  @Override
  public void decode(int component, short[] blocks, int at) throws IOException {
    if (lost) {
      return;
    }
    switch (kind) {
      case WHOLE_BLOCKS -> {
        int dc = dc(component);
        if (!lost) {
          blocks[at] = (short) dc;
          band(scan.acTables().get(component), 1, Component.AREA - 1, 0, blocks, at);
        }
      }
      case DC_FIRST -> {
        int dc = dc(component);
        if (!lost) {
          blocks[at] = (short) (dc << scan.low());
        }
      }
      case DC_REFINED -> blocks[at] |= (short) ((decide(even, 0) ? 1 : 0) << scan.low());
      case AC_FIRST ->
          band(scan.acTables().get(0), scan.first(), scan.last(), scan.low(), blocks, at);
      case AC_REFINED -> refine(blocks, at);
    }
  }

  private int dc(int component) throws IOException {
    int table = scan.dcTables().get(component);
    byte[] states = dcStates.get(table);
    int state = dcContext[component];
    if (!decide(states, state)) {
      dcContext[component] = 0;
      return lastDc[component];
    }
    boolean negative = decide(states, state + 1);
    state += negative ? 3 : 2;
    int size = 0;
    if (decide(states, state)) {
      state = DC_SIZES;
      size = 1;
      while (decide(states, state)) {
        size <<= 1;
        state++;
        if (size == TOO_LARGE) {
          lost = true;
          return 0;
        }
      }
    }
    if (size < (1 << conditioning.lower()[table]) >> 1) {
      dcContext[component] = 0;
    } else if (size > (1 << conditioning.upper()[table]) >> 1) {
      dcContext[component] = negative ? 16 : 12;
    } else {
      dcContext[component] = negative ? 8 : 4;
    }
    int value = magnitude(states, state, size);
    lastDc[component] = (lastDc[component] + (negative ? -value : value)) & 0xffff;
    return lastDc[component];
  }

  private int magnitude(byte[] states, int state, int size) throws IOException {
    int value = size;
    for (int bit = size >> 1; bit > 0; bit >>= 1) {
      if (decide(states, state + BITS_AFTER_SIZE)) {
        value |= bit;
      }
    }
    return value + 1;
  }

  private void band(int table, int first, int last, int low, short[] blocks, int at)
      throws IOException {
    byte[] states = acStates.get(table);
    for (int k = first; k <= last; k++) {
      if (decide(states, AC_STEP * (k - 1))) {
        return;
      }
      while (!decide(states, AC_STEP * (k - 1) + 1)) {
        k++;
        if (k > last) {
          lost = true;
          return;
        }
      }
      boolean negative = decide(even, 0);
      int state = AC_STEP * (k - 1) + 2;
      int size = 0;
      if (decide(states, state)) {
        size = 1;
        if (decide(states, state)) {
          size = 2;
          state = k <= conditioning.split()[table] ? LOW_AC_SIZES : HIGH_AC_SIZES;
          while (decide(states, state)) {
            size <<= 1;
            state++;
            if (size == TOO_LARGE) {
              lost = true;
              return;
            }
          }
        }
      }
      int value = magnitude(states, state, size);
      blocks[at + Component.natural(k)] = (short) ((negative ? -value : value) << low);
    }
  }

  private void refine(short[] blocks, int at) throws IOException {
    byte[] states = acStates.get(scan.acTables().get(0));
    short bit = (short) (1 << scan.low());
    int end = scan.last();
    while (end > 0 && blocks[at + Component.natural(end)] == 0) {
      end--;
    }
    for (int k = scan.first(); k <= scan.last(); k++) {
      if (k > end && decide(states, AC_STEP * (k - 1))) {
        return;
      }
      while (!refined(states, AC_STEP * (k - 1), bit, blocks, at + Component.natural(k))) {
        k++;
        if (k > scan.last()) {
          lost = true;
          return;
        }
      }
    }
  }

  /** Returns whether the coefficient is other than zero. */
  private boolean refined(byte[] states, int state, short bit, short[] blocks, int index)
      throws IOException {
    if (blocks[index] != 0) {
      if (decide(states, state + 2)) {
        blocks[index] += blocks[index] < 0 ? (short) -bit : bit;
      }
      return true;
    }
    if (decide(states, state + 1)) {
      blocks[index] = decide(even, 0) ? (short) -bit : bit;
      return true;
    }
    return false;
  }

  /**
   * Decodes a decision by its state, and moves the state (annex D.2): the interval has a lower part
   * for the more probable decision and an upper one for the other, which change places where the
   * lower one is the smaller.
   */
  private boolean decide(byte[] states, int index) throws IOException {
    start();
    while (interval < HALF) {
      widen();
    }
    byte state = states[index];
    boolean likely = state < 0;
    int upper = Probability.size(state);
    int lower = interval - upper;
    boolean below = code < (long) lower << FRACTION;
    if (below && lower >= HALF) {
      interval = lower;
      return likely;
    }
    boolean moreProbable = below != (lower < upper);
    if (below) {
      interval = lower;
    } else {
      code -= (long) lower << FRACTION;
      interval = upper;
    }
    states[index] =
        moreProbable ? Probability.afterMoreProbable(state) : Probability.afterLessProbable(state);
    return moreProbable == likely;
  }

  /** Reads what the code begins with (figure D.22), once there is something to decode. */
  private void start() throws IOException {
    if (interval == 0) {
      code = (long) nextByte() << (FRACTION + Byte.SIZE);
      code |= (long) nextByte() << FRACTION;
      interval = 2 * HALF;
      ahead = 0;
    }
  }

  /** Doubles the interval (figure D.19). */
  private void widen() throws IOException {
    if (ahead == 0) {
      code |= (long) nextByte() << Byte.SIZE;
      ahead = Byte.SIZE;
    }
    interval <<= 1;
    code <<= 1;
    ahead--;
  }

  /** Behind the data there are zeros: an encoder leaves them out. */
  private int nextByte() throws IOException {
    return Math.max(0, source.nextCoded());
  }
}
