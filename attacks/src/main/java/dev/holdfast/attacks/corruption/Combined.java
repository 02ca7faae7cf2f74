package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two corruptions of the same severity, one after the other. Its id is theirs, joined: {@code
 * defocus-blur+jpeg-compression}.
 *
 * @param first what happens to the image
 * @param second what happens to the result
 */
public record Combined(Corruption first, Corruption second) implements Corruption {

  private static final String JOINT = "+";

  /** A picture out of focus that was stored small: the example in lists. */
  public Combined() {
    this(new DefocusBlur(), new JpegCompression());
  }

  /** Checks that both are single ones. */
  public Combined {
    for (Corruption part : List.of(first, second)) {
      if (part instanceof Combined) {
        throw InputException.of(
            "id",
            part.id(),
            "a corruption",
            "be a single one inside of a combined one",
            "join two");
      }
    }
  }

  /** Tells whether an id is that of two corruptions. */
  static boolean isMeantBy(String id) {
    return id.contains(JOINT);
  }

  /**
   * @throws InputException if there are not two, or one of them is not known
   */
  static Combined of(String id) {
    String[] parts = id.split("\\+", -1);
    if (parts.length != 2) {
      throw InputException.of(
          "id", id, "a corruption", "join two corruptions", "write defocus-blur+jpeg-compression");
    }
    return new Combined(Corruption.of(parts[0]), Corruption.of(parts[1]));
  }

  @Override
  public String id() {
    return first.id() + JOINT + second.id();
  }

  @Override
  public Family family() {
    return Family.COMBINED;
  }

  @Override
  public String description() {
    return "Two corruptions one after the other; any two ids may be joined by +.";
  }

  @Override
  public String dialect(Dialect dialect) {
    return String.join(
        JOINT, Stream.of(first, second).map(part -> part.dialect(dialect)).distinct().toList());
  }

  @Override
  public Corruption with(FrostTextures frost) {
    return new Combined(first.with(frost), second.with(frost));
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    SeverityTable.check(severity, this);
    return second.apply(first.apply(clean, severity, dialect, rng), severity, dialect, rng);
  }
}
