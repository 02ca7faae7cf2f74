package dev.holdfast.models.image.jpeg;

import java.io.EOFException;

/**
 * The bytes of a JPEG file. A marker that entropy-coded data run into waits here until somebody
 * asks for the next one.
 */
final class JpegSource {

  private static final int RST0 = 0xd0;
  private static final int RST7 = 0xd7;
  private static final int SOF0 = 0xc0;
  private static final int PREFIX = 0xff;

  private final byte[] file;
  private int at;
  private int waiting;

  JpegSource(byte[] file, int at) {
    this.file = file;
    this.at = at;
  }

  /**
   * @throws EOFException at the end of the file
   */
  int next() throws EOFException {
    if (at >= file.length) {
      throw new EOFException("the image is truncated");
    }
    return file[at++] & 0xff;
  }

  int nextShort() throws EOFException {
    return (next() << 8) | next();
  }

  /** Returns a byte of entropy-coded data, or -1 where they end at a marker. */
  int nextCoded() throws EOFException {
    if (waiting != 0) {
      return -1;
    }
    int value = next();
    if (value != PREFIX) {
      return value;
    }
    do {
      value = next();
    } while (value == PREFIX);
    if (value == 0) {
      return PREFIX;
    }
    waiting = value;
    return -1;
  }

  boolean atMarker() {
    return waiting != 0;
  }

  /** Takes the marker that waits, or else the next one, whatever stands before it. */
  int takeMarker() throws EOFException {
    int marker = waiting == 0 ? findMarker() : waiting;
    waiting = 0;
    return marker;
  }

  private int findMarker() throws EOFException {
    int value;
    do {
      do {
        value = next();
      } while (value != PREFIX);
      do {
        value = next();
      } while (value == PREFIX);
    } while (value == 0);
    return value;
  }

  void skip(int bytes) throws EOFException {
    if (bytes > file.length - at) {
      throw new EOFException("the image is truncated");
    }
    at += bytes;
  }

  /**
   * Goes past a restart marker. Where it is another one than expected, libjpeg's guess holds: one
   * or two ahead means that data are missing, which blocks without data stand for; one or two
   * behind is left over; any other is taken for the right one.
   *
   * @param expected 0 to 7
   */
  void restart(int expected) throws EOFException {
    int marker = waiting == 0 ? findMarker() : waiting;
    while (true) {
      int ahead = (marker - RST0 - expected) & 7;
      if (marker >= SOF0 && (marker < RST0 || marker > RST7 || ahead == 1 || ahead == 2)) {
        waiting = marker;
        return;
      }
      if (marker >= SOF0 && ahead != 6 && ahead != 7) {
        waiting = 0;
        return;
      }
      marker = findMarker();
    }
  }
}
