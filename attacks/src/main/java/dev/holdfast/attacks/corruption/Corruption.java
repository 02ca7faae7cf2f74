package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;

/**
 * A common corruption: damage that happens to images without an adversary, in five severities.
 * Implementations are stateless, so images may be corrupted in parallel.
 *
 * <p>Results are not truncated to 8 bits, unlike those of the published data sets. {@link
 * JpegCompression}, {@link MotionBlur} and {@link Pixelate} are 8-bit by nature: they truncate
 * their input to levels and return whole levels.
 */
public sealed interface Corruption
    permits Brightness,
        Combined,
        Contrast,
        DefocusBlur,
        ElasticTransform,
        Fog,
        Frost,
        Gamma,
        GaussianBlur,
        GaussianNoise,
        GlassBlur,
        Grayscale,
        Hue,
        ImpulseNoise,
        JpegCompression,
        MotionAnyDirection,
        MotionBlur,
        OcclusionColor,
        OcclusionNoise,
        Perspective,
        Pixelate,
        Rain,
        Reencoding,
        Rotation,
        Saturate,
        Scale,
        Screenshot,
        Shear,
        ShotNoise,
        Snow,
        Spatter,
        SpeckleNoise,
        Translation,
        WhiteBalance,
        ZoomBlur {

  /** Returns the id that configurations and reports use, such as {@code gaussian-noise}. */
  String id();

  /** Returns the family under which reports group it. */
  Family family();

  /** Returns one sentence on what it does to an image. */
  String description();

  /** Returns the paper that defines it. */
  default String source() {
    return "Hendrycks and Dietterich, Benchmarking Neural Network Robustness to Common Corruptions"
        + " and Perturbations, ICLR 2019, arXiv:1903.12261";
  }

  /**
   * Returns what reports call the dialect: its id, and whatever else figures depend on that cannot
   * be compared. The tables of what ImageNet-C does not have are Holdfast's own, and called so:
   * {@code holdfast-64}.
   */
  default String dialect(Dialect dialect) {
    return family().isOfImageNetC() ? dialect.id() : dialect.id().replace("hendrycks", "holdfast");
  }

  /** Returns the same corruption with other pictures of frost; most have none. */
  default Corruption with(FrostTextures frost) {
    return this;
  }

  /**
   * Corrupts one image of any size.
   *
   * @param clean three channels, RGB; never changed
   * @param severity 1 (weakest) to 5
   * @param dialect the table that gives the severity its meaning
   * @param rng where random numbers come from, see {@link #rng}; deterministic corruptions take
   *     none
   * @return a new image of the same size
   * @throws InputException if the severity is not 1 to 5
   * @throws IllegalArgumentException if the image does not have three channels
   */
  PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng);

  /** Returns every corruption, by family and then by id. */
  static List<Corruption> all() {
    return CorruptionRegistry.ALL;
  }

  /**
   * Returns the corruption with an id, or two in a row for two ids joined by {@code +}.
   *
   * @throws InputException if no corruption has that id
   */
  static Corruption of(String id) {
    if (Combined.isMeantBy(id)) {
      return Combined.of(id);
    }
    return all().stream()
        .filter(c -> c.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                InputException.unknown(
                    "id", id, "a corruption", all().stream().map(Corruption::id).toList()));
  }

  /**
   * Returns the random numbers for one corrupted image. They depend on nothing else, so an image
   * comes out the same whatever the batch, the order or the number of threads.
   *
   * @param seed the seed of the run
   * @param itemId the id of the image's item
   */
  static CounterRng rng(
      long seed, long itemId, String corruptionId, int severity, Dialect dialect) {
    return CounterRng.of(
        seed, "corruption/" + corruptionId + "/" + severity + "/" + dialect.id(), itemId);
  }
}
