package dev.holdfast.models.image.jpeg;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JPEG file (ITU-T T.81) with 8 bits a sample: sequential or progressive, with Huffman or
 * arithmetic coding. Its levels are, bit by bit, those of libjpeg-turbo and with that of Pillow,
 * because every step is in the same integers: what a Java platform decodes a JPEG to is not the
 * same everywhere.
 *
 * <p>Data that make no sense are passed over as libjpeg passes over them. A file that ends too
 * early is refused, and so is a progressive one without all scans of the low frequencies, which
 * libjpeg would guess.
 */
public final class JpegFile {

  private static final int PREFIX = 0xff;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int DQT = 0xdb;
  private static final int DNL = 0xdc;
  private static final int DRI = 0xdd;
  private static final int DHT = 0xc4;
  private static final int DAC = 0xcc;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;
  private static final int TEM = 0x01;
  private static final int RST0 = 0xd0;

  private static final int SOF_BASELINE = 0xc0;
  private static final int SOF_EXTENDED = 0xc1;
  private static final int SOF_PROGRESSIVE = 0xc2;
  private static final int SOF_ARITHMETIC = 0xc9;
  private static final int SOF_ARITHMETIC_PROGRESSIVE = 0xca;

  private static final int JFIF_LENGTH = 14;
  private static final int ADOBE_LENGTH = 12;
  private static final int ADOBE_TRANSFORM = 11;

  /** An image needs some dozens at most; each of more would go over all of it again. */
  private static final int MOST_SCANS = 500;

  private static final int TABLES = 4;
  private static final int MOST_COMPONENTS = 4;
  private static final int MOST_SAMPLING = 4;
  private static final int MOST_BLOCKS = 10;
  private static final int LONGEST_SIDE = 65_500;

  private final JpegSource source;
  private final int[][] steps = new int[TABLES][];
  private final HuffmanTable[] dcTables = new HuffmanTable[TABLES];
  private final HuffmanTable[] acTables = new HuffmanTable[TABLES];
  private final ArithmeticDecoder.Conditioning conditioning = new ArithmeticDecoder.Conditioning();
  private final List<Component> components = new ArrayList<>();
  private Scan scan;
  private boolean jfif;
  private int adobe = -1;
  private boolean progressive;
  private boolean arithmetic;
  private int restartInterval;
  private int width;
  private int height;
  private int mostAcross = 1;
  private int mostDown = 1;

  private JpegFile(byte[] file) {
    this.source = new JpegSource(file, 2);
  }

  /** Tells whether a file begins as JPEG files do. */
  public static boolean isJpeg(byte[] file) {
    return file.length > 2
        && (file[0] & 0xff) == PREFIX
        && (file[1] & 0xff) == SOI
        && (file[2] & 0xff) == PREFIX;
  }

  /**
   * Reads what stands before the first scan.
   *
   * @throws IOException if the file ends there, or is none that can be decoded; the message is the
   *     reason
   */
  public static JpegFile open(byte[] bytes) throws IOException {
    JpegFile file = new JpegFile(bytes);
    if (!file.readToScan()) {
      throw damaged("it has no data");
    }
    return file;
  }

  /** Returns the number of columns. */
  public int width() {
    return width;
  }

  /** Returns the number of lines. */
  public int height() {
    return height;
  }

  /**
   * Decodes the image. To be called once.
   *
   * @return height x width x 3 levels, red first
   * @throws IOException if the file ends too early or makes no sense; the message is the reason
   */
  public byte[] rgb() throws IOException {
    int[] ids = components.stream().mapToInt(c -> c.id).toArray();
    JpegColor color = JpegColor.of(jfif, adobe, ids);
    List<Upsampling> upsamplings = new ArrayList<>();
    for (Component component : components) {
      layOut(component);
      upsamplings.add(new Upsampling(component, mostAcross, mostDown));
    }
    decode();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    byte[][] lines = new byte[components.size()][roundUp(width, mostAcross) * 2];
    for (int y = 0; y < height; y++) {
      for (int c = 0; c < lines.length; c++) {
        upsamplings.get(c).line(y, lines[c]);
      }
      color.toRgb(lines, width, rgb, 3 * y * width);
    }
    return rgb;
  }

  private void layOut(Component c) {
    c.width = divideUp(width * c.across, mostAcross);
    c.height = divideUp(height * c.down, mostDown);
    c.blocksWide = divideUp(c.width, Component.SIDE);
    c.blocksHigh = divideUp(c.height, Component.SIDE);
    c.stride = unitsWide() * c.across * Component.SIDE;
    c.lines = unitsHigh() * c.down * Component.SIDE;
  }

  private int unitsWide() {
    return divideUp(width, mostAcross * Component.SIDE);
  }

  private int unitsHigh() {
    return divideUp(height, mostDown * Component.SIDE);
  }

  private static int divideUp(int a, int b) {
    return (a + b - 1) / b;
  }

  private static int roundUp(int a, int b) {
    return divideUp(a, b) * b;
  }

  private void decode() throws IOException {
    boolean atOnce = !progressive && scan.components().size() == components.size();
    if (!atOnce) {
      for (Component c : components) {
        c.blocks = new short[Math.multiplyExact(c.stride, c.lines)];
      }
    } else {
      components.forEach(Component::makeSamples);
    }
    readScan();
    for (int scans = 1; readToScan(); scans++) {
      if (atOnce) {
        throw damaged("it has more scans than one");
      }
      if (scans == MOST_SCANS) {
        throw damaged("it has more scans than " + MOST_SCANS);
      }
      readScan();
    }
    if (atOnce) {
      return;
    }
    int[] work = new int[Component.AREA];
    for (Component c : components) {
      if (c.steps == null || (progressive && !c.isKnown())) {
        throw damaged("scans are missing");
      }
      c.makeSamples();
      for (int row = 0; row < c.blocksHigh; row++) {
        for (int column = 0; column < c.blocksWide; column++) {
          c.toSamples(c.blocks, c.blockAt(row, column), row, column, work);
        }
      }
      c.blocks = null;
    }
  }

  private EntropyDecoder decoder() throws IOException {
    Scan.Kind kind = scan.kind(progressive);
    if (arithmetic) {
      return new ArithmeticDecoder(source, scan, kind, conditioning);
    }
    List<HuffmanTable> dc = new ArrayList<>();
    List<HuffmanTable> ac = new ArrayList<>();
    for (int i = 0; i < scan.components().size(); i++) {
      if (kind == Scan.Kind.WHOLE_BLOCKS || kind == Scan.Kind.DC_FIRST) {
        HuffmanTable table = table(dcTables, scan.dcTables().get(i), true);
        table.checkDc();
        dc.add(table);
      }
      if (kind != Scan.Kind.DC_FIRST && kind != Scan.Kind.DC_REFINED) {
        ac.add(table(acTables, scan.acTables().get(i), false));
      }
    }
    return new HuffmanDecoder(source, scan, kind, dc, ac);
  }

  private HuffmanTable table(HuffmanTable[] tables, int index, boolean dc) throws IOException {
    if (index < TABLES && tables[index] != null) {
      return tables[index];
    }
    if (index > 1 || progressive) {
      throw damaged("a Huffman table is missing");
    }
    return HuffmanTable.standard(dc, index);
  }

  private void readScan() throws IOException {
    EntropyDecoder decoder = decoder();
    for (Component c : scan.components()) {
      if (c.steps == null) {
        if (c.table >= TABLES || steps[c.table] == null) {
          throw damaged("a quantization table is missing");
        }
        c.steps = steps[c.table];
      }
      if (progressive) {
        Arrays.fill(c.unknown, scan.first(), scan.last() + 1, scan.low());
      }
    }
    // A component alone has units of one block, and none that lie beside the image.
    boolean alone = scan.components().size() == 1;
    Component first = scan.components().get(0);
    int wide = alone ? first.blocksWide : unitsWide();
    int high = alone ? first.blocksHigh : unitsHigh();
    short[] block = new short[Component.AREA];
    int[] work = new int[Component.AREA];
    int left = restartInterval;
    int restarts = 0;
    for (int y = 0; y < high; y++) {
      for (int x = 0; x < wide; x++) {
        if (restartInterval > 0) {
          if (left == 0) {
            source.restart(restarts++ & 7);
            decoder.restart();
            left = restartInterval;
          }
          left--;
        }
        decoder.startUnit();
        for (int i = 0; i < scan.components().size(); i++) {
          Component c = scan.components().get(i);
          int across = alone ? 1 : c.across;
          int down = alone ? 1 : c.down;
          for (int row = y * down; row < (y + 1) * down; row++) {
            for (int column = x * across; column < (x + 1) * across; column++) {
              if (c.blocks != null) {
                decoder.decode(i, c.blocks, c.blockAt(row, column));
              } else {
                Arrays.fill(block, (short) 0);
                decoder.decode(i, block, 0);
                c.toSamples(block, 0, row, column, work);
              }
            }
          }
        }
      }
    }
  }

  /** Reads segments up to the header of a scan. Returns false at the end of the image. */
  private boolean readToScan() throws IOException {
    while (true) {
      int marker = source.takeMarker();
      if (marker == EOI) {
        return false;
      }
      if (marker == TEM || (marker >= RST0 && marker < SOI)) {
        continue;
      }
      int length = source.nextShort() - 2;
      if (length < 0) {
        throw damaged("a segment without a length");
      }
      if (marker == DNL || marker == COM || (marker >= APP0 && marker <= APP15)) {
        readApplication(marker, length);
        continue;
      }
      Segment segment = new Segment(length);
      switch (marker) {
        case SOS -> {
          readScanHeader(segment);
          return true;
        }
        case DQT -> readQuantization(segment);
        case DHT -> readHuffman(segment);
        case DAC -> readConditioning(segment);
        case DRI -> restartInterval = segment.nextShort();
        case SOF_BASELINE, SOF_EXTENDED -> readFrame(segment);
        case SOF_PROGRESSIVE -> {
          progressive = true;
          readFrame(segment);
        }
        case SOF_ARITHMETIC -> {
          arithmetic = true;
          readFrame(segment);
        }
        case SOF_ARITHMETIC_PROGRESSIVE -> {
          arithmetic = true;
          progressive = true;
          readFrame(segment);
        }
        default ->
            throw new IOException(
                "JPEG images of this kind (marker %02x) are not supported; convert it to PNG"
                    .formatted(marker));
      }
      segment.checkEnd();
    }
  }

  /** The bytes of a segment, no more and no less. */
  private final class Segment {

    private int left;

    Segment(int length) {
      this.left = length;
    }

    int next() throws IOException {
      if (left == 0) {
        throw damaged("a segment is too short");
      }
      left--;
      return source.next();
    }

    int nextShort() throws IOException {
      return (next() << Byte.SIZE) | next();
    }

    boolean isEmpty() {
      return left == 0;
    }

    void checkEnd() throws IOException {
      if (left != 0) {
        throw damaged("a segment is too long");
      }
    }
  }

  private static IOException damaged(String reason) {
    return new IOException("the image is damaged: " + reason);
  }

  private void readApplication(int marker, int length) throws EOFException {
    byte[] head = new byte[Math.min(length, JFIF_LENGTH)];
    for (int i = 0; i < head.length; i++) {
      head[i] = (byte) source.next();
    }
    source.skip(length - head.length);
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (marker == APP0 && head.length >= JFIF_LENGTH && text.startsWith("JFIF\0")) {
      jfif = true;
    } else if (marker == APP14 && head.length >= ADOBE_LENGTH && text.startsWith("Adobe")) {
      adobe = head[ADOBE_TRANSFORM] & 0xff;
    }
  }

  private void readQuantization(Segment segment) throws IOException {
    while (!segment.isEmpty()) {
      int head = segment.next();
      int[] table = new int[Component.AREA];
      for (int k = 0; k < table.length; k++) {
        table[Component.natural(k)] = head >> 4 == 0 ? segment.next() : segment.nextShort();
      }
      if ((head & 0xf) >= TABLES) {
        throw damaged("bad quantization table");
      }
      steps[head & 0xf] = table;
    }
  }

  private void readHuffman(Segment segment) throws IOException {
    while (!segment.isEmpty()) {
      int head = segment.next();
      int[] counts = new int[HuffmanTable.LONGEST];
      int sum = 0;
      for (int i = 0; i < counts.length; i++) {
        counts[i] = segment.next();
        sum += counts[i];
      }
      int index = head & 0xf;
      if (sum > 256 || index >= TABLES || head >> 4 > 1) {
        throw damaged("bad Huffman table");
      }
      byte[] symbols = new byte[sum];
      for (int i = 0; i < sum; i++) {
        symbols[i] = (byte) segment.next();
      }
      (head >> 4 == 0 ? dcTables : acTables)[index] = new HuffmanTable(counts, symbols);
    }
  }

  private void readConditioning(Segment segment) throws IOException {
    while (!segment.isEmpty()) {
      int head = segment.next();
      int value = segment.next();
      int index = head & 0xf;
      int lower = value & 0xf;
      int upper = value >> 4;
      if (head >> 4 > 1 || (head >> 4 == 0 && lower > upper)) {
        throw damaged("bad arithmetic coding");
      }
      if (head >> 4 == 0) {
        conditioning.lower()[index] = lower;
        conditioning.upper()[index] = upper;
      } else {
        conditioning.split()[index] = value;
      }
    }
  }

  private void readFrame(Segment segment) throws IOException {
    if (!components.isEmpty()) {
      throw damaged("it has more frames than one");
    }
    int precision = segment.next();
    height = segment.nextShort();
    width = segment.nextShort();
    int count = segment.next();
    if (precision != Byte.SIZE) {
      throw new IOException(
          "JPEG images of %d bits are not supported; convert it to PNG".formatted(precision));
    }
    if (height == 0 || width == 0 || height > LONGEST_SIDE || width > LONGEST_SIDE) {
      throw damaged("its size is %d x %d".formatted(width, height));
    }
    if (count == 0 || count == 2 || count > MOST_COMPONENTS) {
      throw new IOException("a JPEG image must have 1, 3 or 4 components");
    }
    for (int i = 0; i < count; i++) {
      int id = segment.next();
      int sampling = segment.next();
      Component c = new Component(id, sampling >> 4, sampling & 0xf, segment.next());
      if (c.across == 0 || c.across > MOST_SAMPLING || c.down == 0 || c.down > MOST_SAMPLING) {
        throw damaged("bad sampling factors");
      }
      mostAcross = Math.max(mostAcross, c.across);
      mostDown = Math.max(mostDown, c.down);
      components.add(c);
    }
  }

  private void readScanHeader(Segment segment) throws IOException {
    int count = segment.next();
    if (count == 0 || count > components.size()) {
      throw damaged("bad scan");
    }
    List<Component> coded = new ArrayList<>();
    List<Integer> dc = new ArrayList<>();
    List<Integer> ac = new ArrayList<>();
    int blocks = 0;
    for (int i = 0; i < count; i++) {
      int id = segment.next();
      int tables = segment.next();
      Component component =
          components.stream()
              .filter(c -> c.id == id && !coded.contains(c))
              .findFirst()
              .orElseThrow(() -> damaged("bad scan"));
      coded.add(component);
      dc.add(tables >> 4);
      ac.add(tables & 0xf);
      blocks += component.across * component.down;
    }
    if (count > 1 && blocks > MOST_BLOCKS) {
      throw damaged("bad sampling factors");
    }
    int first = segment.next();
    int last = segment.next();
    int bits = segment.next();
    segment.checkEnd();
    scan = new Scan(coded, dc, ac, first, last, bits >> 4, bits & 0xf);
  }
}
