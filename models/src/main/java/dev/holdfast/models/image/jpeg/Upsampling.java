package dev.holdfast.models.image.jpeg;

import java.io.IOException;

/**
 * Brings the lines of a component to the size of the image. Where it has half the samples, libjpeg
 * weighs three parts of the nearer one and one of the farther; elsewhere samples are repeated.
 */
final class Upsampling {

  /** Narrower components are not weighed along both axes, nor along lines. */
  private static final int NARROWEST = 3;

  private final Component component;
  private final int across;
  private final int down;
  private final boolean weighedAcross;
  private final boolean weighedDown;
  private final int[] sums;

  Upsampling(Component component, int mostAcross, int mostDown) throws IOException {
    if (mostAcross % component.across != 0 || mostDown % component.down != 0) {
      throw new IOException("the image is damaged: its sampling factors are no multiples");
    }
    this.component = component;
    across = mostAcross / component.across;
    down = mostDown / component.down;
    boolean halfDown = down == 2 && (across == 1 || across == 2);
    boolean wide = component.width >= NARROWEST;
    weighedAcross = across == 2 && (down == 1 || down == 2) && wide;
    weighedDown = halfDown && (across == 1 || wide);
    sums = new int[component.width];
  }

  /**
   * @param y the line of the image
   * @param out gets at least as many samples as the image is wide
   */
  void line(int y, byte[] out) {
    int near = y / down;
    int start = near * component.stride;
    if (!weighedDown && !weighedAcross) {
      repeat(start, out);
      return;
    }
    byte[] in = component.samples;
    int width = component.width;
    if (!weighedDown) {
      for (int x = 0; x < width; x++) {
        sums[x] = in[start + x] & 0xff;
      }
      spread(out, 1, 2, 2);
      return;
    }
    boolean upper = (y & 1) == 0;
    int far = upper ? Math.max(0, near - 1) : Math.min(component.height - 1, near + 1);
    int other = far * component.stride;
    for (int x = 0; x < width; x++) {
      sums[x] = 3 * (in[start + x] & 0xff) + (in[other + x] & 0xff);
    }
    if (weighedAcross) {
      spread(out, 8, 7, 4);
      return;
    }
    int rounding = upper ? 1 : 2;
    for (int x = 0; x < width; x++) {
      out[x] = (byte) ((sums[x] + rounding) >> 2);
    }
  }

  /** Weighs along the line. Halves are rounded up and down in turns. */
  private void spread(byte[] out, int even, int odd, int bits) {
    int last = component.width - 1;
    out[0] = (byte) ((4 * sums[0] + even) >> bits);
    for (int x = 0; x < last; x++) {
      out[2 * x + 1] = (byte) ((3 * sums[x] + sums[x + 1] + odd) >> bits);
      out[2 * x + 2] = (byte) ((3 * sums[x + 1] + sums[x] + even) >> bits);
    }
    out[2 * last + 1] = (byte) ((4 * sums[last] + odd) >> bits);
  }

  private void repeat(int start, byte[] out) {
    if (across == 1) {
      System.arraycopy(component.samples, start, out, 0, component.width);
      return;
    }
    int at = 0;
    for (int x = 0; x < component.width; x++) {
      byte sample = component.samples[start + x];
      for (int i = 0; i < across; i++) {
        out[at++] = sample;
      }
    }
  }
}
