package dev.holdfast.attacks.embedding;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.registry.Registry;
import java.util.List;

/**
 * Something that happens to embeddings after the model: in storage, on the way, or by an attacker
 * who needs no image. Its record holds the hyper-parameters. Lengths are Euclidean; under the
 * cosine distance they refer to embeddings of length 1, which orders items in the same way.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface EmbeddingAttack
    permits BoundaryDistance, EmbeddingNoise, Int8Quantization, SignQuantization {

  /** The family in reports. */
  String FAMILY = "embedding";

  /** Returns the id that configurations use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns the id with what tells variants apart, such as {@code embedding-noise-0.5}. */
  default String label() {
    return id();
  }

  /** Returns what it does, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /** Returns whose embeddings it can change, the usual one first. */
  List<Side> sides();

  /**
   * Tells whether the lengths of the moves are the result, and not what a search finds after them.
   */
  default boolean measuresLength() {
    return false;
  }

  /** Tells whether it needs a distance in the proper sense, which the inner product is not. */
  default boolean needsDistance() {
    return false;
  }

  /**
   * Moves embeddings.
   *
   * <p>What happens to one depends on itself, its id and what is around it, never on the others or
   * on the order.
   *
   * @param items queries or gallery items; left as they are
   */
  Moved move(EmbeddingSet items, EmbeddingContext scene);

  /**
   * Moved embeddings.
   *
   * @param embeddings in the order of the items, with their ids and labels
   * @param lengths how far each was moved; NaN where the two are no points of one space
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Moved(EmbeddingSet embeddings, double[] lengths) {}
}
