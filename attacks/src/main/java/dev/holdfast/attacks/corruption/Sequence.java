package dev.holdfast.attacks.corruption;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.registry.Registry;

/**
 * A perturbation that goes on in small steps: frames of a film of one image. A stable model finds
 * the same nearest neighbor for one frame as for the next. Lengths that are given in pixels in the
 * paper are scaled from its 224 pixels to the size of the image, and what moves in from beyond the
 * border, which the paper cuts from larger images, is the image mirrored. Implementations are
 * stateless.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Sequence
    permits BrightnessSequence,
        GaussianNoiseSequence,
        MotionBlurSequence,
        RotateSequence,
        ScaleSequence,
        TiltSequence,
        TranslateSequence,
        ZoomBlurSequence {

  /** The family in reports. */
  String FAMILY = "sequence";

  /** The size that the lengths of the paper are for. */
  double PUBLISHED_SIDE = 224;

  /** The number of frames of most. */
  int FRAMES = 31;

  /** Returns the id that batteries use, such as {@code translate}. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns the label that reports use; corruptions have some of the same ids. */
  default String label() {
    return id() + "-sequence";
  }

  /** Returns one sentence on what happens to an image. */
  String description();

  /** Returns the paper that defines it. */
  default String source() {
    return "Hendrycks and Dietterich, Benchmarking Neural Network Robustness to Common Corruptions"
        + " and Perturbations (ImageNet-P), ICLR 2019, arXiv:1903.12261";
  }

  /** Returns the number of frames, at least 2. */
  default int frames() {
    return FRAMES;
  }

  /** Tells whether frames are compared with the first, and not each with the one before it. */
  default boolean comparesWithFirst() {
    return false;
  }

  /**
   * Returns one frame.
   *
   * @param clean three channels, RGB; never changed
   * @param frame from 0 to below {@link #frames}
   * @param rng where random numbers come from, see {@link #rng}
   * @return a new image of the same size
   * @throws IndexOutOfBoundsException if there is no such frame
   * @throws IllegalArgumentException if the image does not have three channels
   */
  PixelImage frame(PixelImage clean, int frame, CounterRng rng);

  /**
   * Returns the random numbers for one frame of one image; they depend on nothing else.
   *
   * @param seed the seed of the run
   * @param itemId the id of the image's item
   */
  static CounterRng rng(long seed, long itemId, String id, int frame) {
    return CounterRng.of(seed, "sequence/" + id + "/" + frame, itemId);
  }
}
