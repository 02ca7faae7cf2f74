package dev.holdfast.reports.result;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What happened to one query in one cell.
 *
 * @param cell id of the cell
 * @param perturbation label of the perturbation
 * @param id item id
 * @param path relative to the root of the data
 * @param label class name
 * @param rankClean rank of the first relevant item before, from 1; null where there is none
 * @param rank the same under the perturbation
 * @param hits whether a relevant item is among the first k, by k
 * @param distanceMoved distance between the embeddings before and after; for an attack on
 *     embeddings the length of the move, between embeddings of length 1 under the cosine distance
 * @param perturbationLinf greatest change of a pixel value, in [0,1] units
 * @param perturbationL2 Euclidean length of the change, in [0,1] units
 * @param steps steps taken
 * @param forwards forward passes for this query
 * @param backwards backward passes for this query
 * @param draw number of the draw of queries and gallery, from 0
 * @param brokenBy of a worst case, the attack that broke the query, or {@code clean}; null where
 *     none did, and for any other cell
 */
public record QueryRow(
    String cell,
    String perturbation,
    long id,
    String path,
    String label,
    Integer rankClean,
    Integer rank,
    Map<Integer, Boolean> hits,
    double distanceMoved,
    double perturbationLinf,
    double perturbationL2,
    int steps,
    int forwards,
    int backwards,
    int draw,
    String brokenBy) {

  /** Copies the hits. */
  public QueryRow {
    Objects.requireNonNull(cell, "cell");
    hits = hits == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(hits));
  }
}
