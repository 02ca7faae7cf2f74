package dev.holdfast.models.image.jpeg;

import java.io.IOException;

/**
 * What the components of a JPEG mean, and how they become RGB. The markers that tell are weighed as
 * libjpeg weighs them. YCbCr is that of JFIF (ITU-T T.871) in 16-bit fixed point; inks are inverted
 * as Adobe writes them, and K darkens the others: {@code R = C K / 255}.
 */
enum JpegColor {
  GRAY {
    @Override
    void toRgb(byte[][] lines, int width, byte[] rgb, int start) {
      int at = start;
      for (int x = 0; x < width; x++) {
        byte level = lines[0][x];
        rgb[at++] = level;
        rgb[at++] = level;
        rgb[at++] = level;
      }
    }
  },
  RGB {
    @Override
    void toRgb(byte[][] lines, int width, byte[] rgb, int start) {
      int at = start;
      for (int x = 0; x < width; x++) {
        rgb[at++] = lines[0][x];
        rgb[at++] = lines[1][x];
        rgb[at++] = lines[2][x];
      }
    }
  },
  YCBCR {
    @Override
    void toRgb(byte[][] lines, int width, byte[] rgb, int start) {
      byte[] luma = lines[0];
      byte[] blues = lines[1];
      byte[] reds = lines[2];
      int at = start;
      for (int x = 0; x < width; x++) {
        int y = luma[x] & 0xff;
        int cb = (blues[x] & 0xff) - MID_LEVEL;
        int cr = (reds[x] & 0xff) - MID_LEVEL;
        rgb[at++] = (byte) clip(y + ((CR_TO_RED * cr + HALF) >> 16));
        rgb[at++] = (byte) clip(y + ((HALF - CB_TO_GREEN * cb - CR_TO_GREEN * cr) >> 16));
        rgb[at++] = (byte) clip(y + ((CB_TO_BLUE * cb + HALF) >> 16));
      }
    }
  },
  CMYK {
    @Override
    void toRgb(byte[][] lines, int width, byte[] rgb, int start) {
      for (int c = 0; c < 3; c++) {
        int at = start + c;
        for (int x = 0; x < width; x++) {
          int black = lines[3][x] & 0xff;
          rgb[at] = (byte) (black - byteProduct(255 - (lines[c][x] & 0xff), black));
          at += 3;
        }
      }
    }
  },
  YCCK {
    @Override
    void toRgb(byte[][] lines, int width, byte[] rgb, int start) {
      YCBCR.toRgb(lines, width, rgb, start);
      int at = start;
      for (int x = 0; x < width; x++) {
        int black = lines[3][x] & 0xff;
        for (int c = 0; c < 3; c++) {
          rgb[at] = (byte) (black - byteProduct(rgb[at] & 0xff, black));
          at++;
        }
      }
    }
  };

  private static final int CR_TO_RED = 91881;
  private static final int CB_TO_GREEN = 22554;
  private static final int CR_TO_GREEN = 46802;
  private static final int CB_TO_BLUE = 116130;
  private static final int HALF = 1 << 15;
  private static final int MID_LEVEL = 128;

  /**
   * Turns a line into red, green and blue.
   *
   * @param lines of each component
   * @param width in pixels
   * @param rgb gets three levels a pixel
   * @param start the index of the first of them
   */
  abstract void toRgb(byte[][] lines, int width, byte[] rgb, int start);

  /**
   * @param jfif whether the file calls itself JFIF
   * @param adobe what Adobe's marker says, -1 if there is none
   * @param ids of the components
   */
  static JpegColor of(boolean jfif, int adobe, int[] ids) throws IOException {
    return switch (ids.length) {
      case 1 -> GRAY;
      case 3 -> {
        boolean named = ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B';
        boolean rgb = !jfif && (adobe == 0 || (adobe < 0 && named));
        yield rgb ? RGB : YCBCR;
      }
      case 4 -> adobe > 0 ? YCCK : CMYK;
      default -> throw new IOException("a JPEG image must have 1, 3 or 4 components");
    };
  }

  private static int clip(int level) {
    return Math.max(0, Math.min(255, level));
  }

  /** Returns a b / 255, rounded. */
  private static int byteProduct(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }
}
