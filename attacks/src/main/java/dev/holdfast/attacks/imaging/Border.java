package dev.holdfast.attacks.imaging;

/** What lies beyond the border of an image. */
public enum Border {
  /** The pixel at the border goes on for ever. */
  NEAREST {
    @Override
    public int inside(int i, int size) {
      return Math.max(0, Math.min(size - 1, i));
    }
  },
  /** The image mirrored, with the border pixel twice. */
  REFLECT {
    @Override
    public int inside(int i, int size) {
      int folded = Math.floorMod(i, 2 * size);
      return Math.min(folded, 2 * size - 1 - folded);
    }
  },
  /** The image mirrored about its border pixel. */
  MIRROR {
    @Override
    public int inside(int i, int size) {
      if (size == 1) {
        return 0;
      }
      int folded = Math.floorMod(i, 2 * (size - 1));
      return Math.min(folded, 2 * (size - 1) - folded);
    }
  };

  /** Returns where position i of a line of that size is found. */
  public abstract int inside(int i, int size);
}
