package dev.holdfast.harness.cli;

import dev.holdfast.attacks.imaging.PixelImage;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Small pictures in rows and columns with labels. Letters are drawn here, because fonts differ
 * between machines, and some servers have none.
 */
final class ContactSheet {

  private static final int SMALLEST = 96;
  private static final int LARGEST = 192;
  private static final int GAP = 6;
  private static final int DOT = 2;
  private static final int LETTER_HEIGHT = 5 * DOT;
  private static final int GROUND = 0xf4f4f4;
  private static final int INK = 0x202020;

  /** Five rows of dots each. */
  private static final Map<Character, String> LETTERS =
      Map.ofEntries(
          Map.entry('A', ".#. #.# ### #.# #.#"),
          Map.entry('B', "##. #.# ##. #.# ##."),
          Map.entry('C', ".## #.. #.. #.. .##"),
          Map.entry('D', "##. #.# #.# #.# ##."),
          Map.entry('E', "### #.. ##. #.. ###"),
          Map.entry('F', "### #.. ##. #.. #.."),
          Map.entry('G', ".### #... #.## #..# .###"),
          Map.entry('H', "#.# #.# ### #.# #.#"),
          Map.entry('I', "### .#. .#. .#. ###"),
          Map.entry('J', "..# ..# ..# #.# .#."),
          Map.entry('K', "#..# #.#. ##.. #.#. #..#"),
          Map.entry('L', "#.. #.. #.. #.. ###"),
          Map.entry('M', "#...# ##.## #.#.# #...# #...#"),
          Map.entry('N', "#..# ##.# #.## #..# #..#"),
          Map.entry('O', ".##. #..# #..# #..# .##."),
          Map.entry('P', "##. #.# ##. #.. #.."),
          Map.entry('Q', ".##. #..# #..# #.#. .#.#"),
          Map.entry('R', "##. #.# ##. #.# #.#"),
          Map.entry('S', ".### #... .##. ...# ###."),
          Map.entry('T', "### .#. .#. .#. .#."),
          Map.entry('U', "#..# #..# #..# #..# .##."),
          Map.entry('V', "#.# #.# #.# #.# .#."),
          Map.entry('W', "#...# #...# #.#.# ##.## #...#"),
          Map.entry('X', "#.# #.# .#. #.# #.#"),
          Map.entry('Y', "#.# #.# .#. .#. .#."),
          Map.entry('Z', "#### ..#. .#.. #... ####"),
          Map.entry('0', "### #.# #.# #.# ###"),
          Map.entry('1', ".#. ##. .#. .#. ###"),
          Map.entry('2', "##. ..# .#. #.. ###"),
          Map.entry('3', "##. ..# .#. ..# ##."),
          Map.entry('4', "#.# #.# ### ..# ..#"),
          Map.entry('5', "### #.. ##. ..# ##."),
          Map.entry('6', ".## #.. ### #.# ###"),
          Map.entry('7', "### ..# .#. .#. .#."),
          Map.entry('8', "### #.# ### #.# ###"),
          Map.entry('9', "### #.# ### ..# ##."),
          Map.entry('+', "... .#. ### .#. ..."),
          Map.entry('-', "... ... ### ... ..."));

  private static final String BLANK = "... ... ... ... ...";

  private final int width;
  private final int height;
  private final int left;
  private final int step;
  private final BufferedImage sheet;
  private final int[] pixels;

  /**
   * @param like a picture of the size that all have
   * @param rows labels at the left
   * @param columns labels at the top
   */
  ContactSheet(PixelImage like, List<String> rows, List<String> columns) {
    int longer = Math.max(like.width(), like.height());
    // Small pictures are shown as they are, pixels side by side.
    int zoom = (SMALLEST + longer - 1) / longer;
    double shrink = Math.min(1, (double) LARGEST / longer);
    width = Math.max(1, (int) Math.round(like.width() * zoom * shrink));
    height = Math.max(1, (int) Math.round(like.height() * zoom * shrink));
    left = 2 * GAP + rows.stream().mapToInt(ContactSheet::length).max().orElse(0);
    int rowHeight = Math.max(height, LETTER_HEIGHT) + GAP;
    step = Math.max(width, columns.stream().mapToInt(ContactSheet::length).max().orElse(0)) + GAP;
    sheet =
        new BufferedImage(
            left + columns.size() * step,
            LETTER_HEIGHT + 2 * GAP + rows.size() * rowHeight,
            BufferedImage.TYPE_INT_RGB);
    pixels = new int[sheet.getWidth() * sheet.getHeight()];
    Arrays.fill(pixels, GROUND);
    for (int i = 0; i < columns.size(); i++) {
      write(columns.get(i), left + i * step, GAP);
    }
    for (int i = 0; i < rows.size(); i++) {
      write(rows.get(i), GAP, top(i) + (rowHeight - GAP - LETTER_HEIGHT) / 2);
    }
  }

  private int top(int row) {
    return LETTER_HEIGHT + 2 * GAP + row * (Math.max(height, LETTER_HEIGHT) + GAP);
  }

  /** Puts a picture in its place, shrunk to the mean of what each pixel stands for. */
  void put(int row, int column, PixelImage picture) {
    for (int y = 0; y < height; y++) {
      int fromY = (int) ((long) y * picture.height() / height);
      int toY = Math.max(fromY + 1, (int) ((y + 1L) * picture.height() / height));
      for (int x = 0; x < width; x++) {
        int fromX = (int) ((long) x * picture.width() / width);
        int toX = Math.max(fromX + 1, (int) ((x + 1L) * picture.width() / width));
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double sum = 0;
          for (int sourceY = fromY; sourceY < toY; sourceY++) {
            int line = (c * picture.height() + sourceY) * picture.width();
            for (int sourceX = fromX; sourceX < toX; sourceX++) {
              sum += picture.values()[line + sourceX];
            }
          }
          rgb = rgb << 8 | (int) Math.round(255 * sum / ((toY - fromY) * (toX - fromX)));
        }
        pixels[(top(row) + y) * sheet.getWidth() + left + column * step + x] = rgb;
      }
    }
  }

  /** Returns the sheet with what was put on it until now. */
  BufferedImage picture() {
    sheet.getRaster().setDataElements(0, 0, sheet.getWidth(), sheet.getHeight(), pixels);
    return sheet;
  }

  private static String[] dots(char letter) {
    return LETTERS.getOrDefault(letter, BLANK).split(" ", -1);
  }

  private static int length(String text) {
    return text.toUpperCase(Locale.ROOT)
        .chars()
        .map(letter -> (dots((char) letter)[0].length() + 1) * DOT)
        .sum();
  }

  private void write(String text, int x, int y) {
    int at = x;
    for (char letter : text.toUpperCase(Locale.ROOT).toCharArray()) {
      String[] dots = dots(letter);
      for (int i = 0; i < DOT * dots.length; i++) {
        for (int j = 0; j < DOT * dots[0].length(); j++) {
          if (dots[i / DOT].charAt(j / DOT) == '#') {
            pixels[(y + i) * sheet.getWidth() + at + j] = INK;
          }
        }
      }
      at += (dots[0].length() + 1) * DOT;
    }
  }
}
