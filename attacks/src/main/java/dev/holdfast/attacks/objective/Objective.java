package dev.holdfast.attacks.objective;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.registry.Registry;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What an attacker maximizes. Distances are Euclidean; under the cosine distance they are taken
 * between embeddings of length 1, which orders items in the same way.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Objective
    permits EmbeddingShift,
        SingleTarget,
        MultiTarget,
        Margin,
        UTurn,
        Unadversarial,
        CandidateUp,
        CandidateDown,
        QueryUp,
        QueryDown,
        PreservingQueryUp,
        PreservingQueryDown,
        Tma,
        Ltm,
        Gtm,
        Gtt,
        NearestClass,
        MisRanking {

  /** Returns the id that configurations use. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns the id with what tells variants apart, such as {@code margin-1}. */
  default String label() {
    return id();
  }

  /** Returns what is maximized, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /**
   * Tells whether the gradient vanishes at the clean image, so that an attack has to start beside
   * it.
   */
  default boolean hasZeroGradientAtClean() {
    return false;
  }

  /**
   * Tells whether the images under attack are gallery items, each perturbed alone and ranked for
   * the queries that were chosen for it.
   */
  default boolean attacksGalleryItems() {
    return false;
  }

  /**
   * Refuses a data set that offers nothing to aim at. Called before anything is computed.
   *
   * @param gallery labels of all gallery items
   * @param attacked labels of the items under attack
   * @throws dev.holdfast.metrics.error.InputException if it is too small
   */
  default void check(long[] gallery, long[] attacked) {}

  /**
   * Refuses a data set that offers nothing to aim at. Called before anything is computed.
   *
   * @param gallery labels of all gallery items
   * @param attacked labels of the items under attack
   * @param within whether those are gallery items themselves, which do not find themselves
   * @throws dev.holdfast.metrics.error.InputException if it is too small
   */
  default void check(long[] gallery, long[] attacked, boolean within) {
    check(gallery, attacked);
  }

  /**
   * Chooses what the items of a cell aim at, by seed and id alone.
   *
   * @param items the clean embeddings of the images under attack
   * @throws dev.holdfast.metrics.error.InputException if there is nothing to choose from
   */
  CellObjective aim(GalleryView galleryView, EmbeddingSet items);

  /**
   * Fixes everything that does not change during the attack of one batch.
   *
   * @param batch the clean embeddings of the images under attack
   * @param rows rows of a native batch, at least the size of {@code batch}; the rest is padding
   * @param manager the owner of the arrays that are made
   */
  default BatchObjective bind(
      GalleryView galleryView, EmbeddingSet batch, int rows, NDManager manager) {
    int[] items = Arrays.copyOf(IntStream.range(0, batch.size()).toArray(), rows);
    Arrays.fill(items, batch.size(), rows, -1);
    return aim(galleryView, batch).bind(items, manager);
  }
}
