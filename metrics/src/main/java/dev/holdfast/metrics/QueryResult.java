package dev.holdfast.metrics;

/**
 * What the gallery gives back for one query, the query's own gallery rows (equal id) left out.
 *
 * <p>Items at equal distance are ordered against the model: those that are not relevant first, then
 * by ascending id.
 *
 * @param id item id of the query
 * @param label class label of the query
 * @param relevant number R of relevant items in the gallery, 0 or more
 * @param firstRelevantRank rank of the nearest relevant item in the whole gallery, from 1; 0 where
 *     R is 0
 * @param neighbors gallery rows, nearest first; at least R of them
 * @param hits whether each neighbor is relevant
 * @param distances to each neighbor, ascending
 * @param nearestRelevantDistance distance to the nearest relevant item; NaN where R is 0
 * @param nearestOtherDistance distance to the nearest item that is not relevant; NaN where all are
 */
@SuppressWarnings("ArrayRecordComponent")
public record QueryResult(
    long id,
    long label,
    int relevant,
    int firstRelevantRank,
    int[] neighbors,
    boolean[] hits,
    double[] distances,
    double nearestRelevantDistance,
    double nearestOtherDistance) {}
