package dev.holdfast.models.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What the components of a JPEG mean, and how they become RGB. The markers that tell are weighed as
 * libjpeg weighs them. YCbCr is that of JFIF (ITU-T T.871) in 16-bit fixed point; inks are inverted
 * as Adobe writes them, and K darkens the others: {@code R = C K / 255}.
 */
enum JpegColor {
  GRAY {
    @Override
    void toRgb(int[] s) {
      s[1] = s[0];
      s[2] = s[0];
    }
  },
  RGB {
    @Override
    void toRgb(int[] s) {}
  },
  YCBCR {
    @Override
    void toRgb(int[] s) {
      fromYcc(s);
    }
  },
  CMYK {
    @Override
    void toRgb(int[] s) {
      for (int i = 0; i < 3; i++) {
        s[i] = s[3] - byteProduct(255 - s[i], s[3]);
      }
    }
  },
  YCCK {
    @Override
    void toRgb(int[] s) {
      fromYcc(s);
      for (int i = 0; i < 3; i++) {
        s[i] = 255 - s[i];
      }
      CMYK.toRgb(s);
    }
  };

  private static final int CR_TO_RED = 91881;
  private static final int CB_TO_GREEN = 22554;
  private static final int CR_TO_GREEN = 46802;
  private static final int CB_TO_BLUE = 116130;
  private static final int HALF = 1 << 15;

  private static final int SOI = 0xd8;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int ADOBE_TRANSFORM = 11;

  /** Turns the samples of one pixel, in place, into red, green and blue. */
  abstract void toRgb(int[] samples);

  static boolean isJpeg(byte[] file) {
    return file.length > 2
        && (file[0] & 0xff) == 0xff
        && (file[1] & 0xff) == SOI
        && (file[2] & 0xff) == 0xff;
  }

  /**
   * @throws IOException if the file ends before its first scan
   */
  static JpegColor of(byte[] file) throws IOException {
    boolean jfif = false;
    int adobe = -1;
    int[] components = {};
    int at = 2;
    while (at + 4 <= file.length) {
      if ((file[at] & 0xff) != 0xff) {
        at++;
        continue;
      }
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= SOI)) {
        at += 2;
        continue;
      }
      int length = ((file[at + 2] & 0xff) << 8) | (file[at + 3] & 0xff);
      int data = at + 4;
      if (marker == SOS) {
        return of(jfif, adobe, components);
      } else if (marker == APP0 && startsWith(file, data, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP14
          && startsWith(file, data, "Adobe")
          && data + ADOBE_TRANSFORM < file.length) {
        adobe = file[data + ADOBE_TRANSFORM] & 0xff;
      } else if (isFrame(marker) && data + 6 <= file.length) {
        components = componentIds(file, data);
      }
      at += 2 + length;
    }
    throw new IOException("the image is truncated");
  }

  private static JpegColor of(boolean jfif, int adobe, int[] ids) throws IOException {
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

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static int[] componentIds(byte[] file, int data) {
    int[] ids = new int[file[data + 5] & 0xff];
    for (int i = 0; i < ids.length && data + 6 + 3 * i < file.length; i++) {
      ids[i] = file[data + 6 + 3 * i] & 0xff;
    }
    return ids;
  }

  private static boolean startsWith(byte[] file, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < wanted.length; i++) {
      if (at + i >= file.length || file[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static void fromYcc(int[] s) {
    int y = s[0];
    int cb = s[1] - 128;
    int cr = s[2] - 128;
    s[0] = clip(y + ((CR_TO_RED * cr + HALF) >> 16));
    s[1] = clip(y + ((-CB_TO_GREEN * cb - CR_TO_GREEN * cr + HALF) >> 16));
    s[2] = clip(y + ((CB_TO_BLUE * cb + HALF) >> 16));
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
