package dev.holdfast.metrics;

import java.util.Arrays;

/**
 * What the gallery gives back for one query. The query's own gallery rows (equal id) and those of
 * its group are left out; the gallery below is what remains.
 *
 * <p>Items at equal distance are ordered against the model: those that are not relevant first, then
 * by ascending id.
 *
 * @param id item id of the query
 * @param label class label of the query
 * @param relevant number R of relevant items in the gallery, 0 or more
 * @param relevantRanks ranks of relevant items in the gallery, from 1, ascending: all up to {@code
 *     rankedUpTo}, the first one where the search was to find it, and maybe more
 * @param rankedUpTo the rank up to which {@code relevantRanks} is complete; the size of the gallery
 *     where all R are there
 * @param neighbors gallery rows, nearest first, as many as the search was to name
 * @param hits whether each of the nearest is relevant; for neighbors alone where the search was to
 *     find nothing but the first relevant one
 * @param distances to each of the nearest, ascending; none where the search left them out
 * @param nearestRelevantDistance distance to the nearest relevant item; NaN where R is 0 or the
 *     search did not find it
 * @param nearestOtherDistance distance to the nearest item that is not relevant; NaN where all are,
 *     or the search did not find it
 */
@SuppressWarnings("ArrayRecordComponent")
public record QueryResult(
    long id,
    long label,
    int relevant,
    int[] relevantRanks,
    int rankedUpTo,
    int[] neighbors,
    boolean[] hits,
    double[] distances,
    double nearestRelevantDistance,
    double nearestOtherDistance) {

  /**
   * Returns the rank of the nearest relevant item, from 1; 0 where there is none.
   *
   * @throws IllegalArgumentException if the search did not go that far
   */
  public int firstRelevantRank() {
    if (relevantRanks.length == 0 && relevant > 0) {
      throw new IllegalArgumentException(
          "The rank of the first relevant item of query %d must be known, and is beyond %d."
              .formatted(id, rankedUpTo));
    }
    return relevant == 0 ? 0 : relevantRanks[0];
  }

  /**
   * Whether a relevant item stands at a rank or before it.
   *
   * @throws IllegalArgumentException if the search did not go that far
   */
  public boolean isRelevantUpTo(int rank) {
    return (relevantRanks.length > 0 && relevantRanks[0] <= rank) || relevantUpTo(rank) > 0;
  }

  /**
   * Returns how many relevant items stand at a rank or before it.
   *
   * @throws IllegalArgumentException if the search did not go that far
   */
  public int relevantUpTo(int rank) {
    if (rank > rankedUpTo && relevantRanks.length < relevant) {
      throw new IllegalArgumentException(
          "The ranks of query %d must be known up to %d, and are up to %d."
              .formatted(id, rank, rankedUpTo));
    }
    int found = Arrays.binarySearch(relevantRanks, rank);
    return found >= 0 ? found + 1 : -found - 1;
  }
}
