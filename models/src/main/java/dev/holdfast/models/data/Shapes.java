package dev.holdfast.models.data;

/** The drawn data set {@code shapes}: 64 x 64 RGB images of made-up objects. */
@SuppressWarnings("DoNotCallSuggester")
public final class Shapes {

  /** The id that stands for this set where a folder of data is asked for. */
  public static final String ID = "shapes";

  private Shapes() {}

  /** Returns the images to train on. */
  public static ImageSet train(long seed) {
    throw new UnsupportedOperationException("train " + seed);
  }

  /** Returns the images to test on; no class is in both sets. */
  public static ImageSet test(long seed) {
    throw new UnsupportedOperationException("test " + seed);
  }
}
