package dev.holdfast.models.training;

/** Labeled images at the input size of a recipe. Safe for use by several threads. */
public interface TrainingImages {

  /** Returns the number of images. */
  int size();

  /** Returns the class of an image. */
  long label(int index);

  /**
   * Writes an image.
   *
   * @param out gets C x H x W values in [0,1]: RGB, or one channel of luma for a gray recipe
   * @param offset where in {@code out} the image starts
   */
  void pixels(int index, float[] out, int offset);

  /** Returns a text that changes when the images do, such as a hash of their contents. */
  String fingerprint();
}
