package dev.holdfast.attacks.embedding;

import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.Vectors;
import dev.holdfast.metrics.error.RunException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How far an embedding is from the places where its nearest neighbor is of another class.
 *
 * <p>Around a query q, item n of another class wins where it is at least as near as every relevant
 * item p: in the half spaces {@code (n - p) . w >= c} of the moves w, with {@code c = (|n - q|^2 -
 * |p - q|^2) / 2}, or {@code c = (p - n) . q} under the cosine distance, whose bisectors go through
 * the origin. The distance is that of the nearest of these polyhedra, one for each n. A clean miss
 * has distance 0; without a relevant item every query is one.
 *
 * <p>Most n need no solution: moving by r changes no distance by more than r, so n cannot win below
 * {@code (|n - q| - |p - q|) / 2}; and the half space of the nearest p alone is a bound as well.
 */
final class VoronoiBoundary {

  /** Between the two ends of a solution, in parts of the distance to the item that wins. */
  private static final double EXACT = 1e-6;

  /** How far a move goes beyond the boundary, in parts of the way to the item that wins. */
  private static final double BEYOND = 1e-4;

  private final EmbeddingSet gallery;
  private final Distance distance;
  private final double[] scales;

  VoronoiBoundary(EmbeddingSet gallery, Distance distance) {
    if (!distance.isDistance()) {
      throw new IllegalArgumentException(distance.id() + " is no distance");
    }
    this.gallery = gallery;
    this.distance = distance;
    this.scales = new double[gallery.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = EmbeddingContext.scale(gallery, i, distance);
    }
  }

  /**
   * The shortest way to another class.
   *
   * @param length of the shortest move; 0 for a clean miss, infinite without another class
   * @param moved the query beyond the boundary
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Crossing(double length, double[] moved) {}

  /** An item, seen from the query: the way to it. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Item(double[] offset, double squared, double product, boolean zero) {
    double length() {
      return Math.sqrt(squared);
    }
  }

  /** Returns the shortest way of one query, its own gallery rows (by id) and group left out. */
  Crossing of(EmbeddingSet queries, int query) {
    double[] from = EmbeddingContext.prepared(queries, query, distance);
    List<Item> relevant = new ArrayList<>();
    int[] others = new int[gallery.size()];
    double[] squared = new double[gallery.size()];
    int count = 0;
    int first = -1;
    for (int i = 0; i < gallery.size(); i++) {
      if (gallery.ids()[i] == queries.ids()[query] || ofOneGroup(queries, query, i)) {
        continue;
      }
      if (gallery.labels()[i] == queries.labels()[query]) {
        relevant.add(item(i, from));
      } else {
        squared[i] = squaredDistance(i, from);
        first = first < 0 || squared[i] < squared[first] ? i : first;
        others[count++] = i;
      }
    }
    if (first < 0) {
      return new Crossing(Double.POSITIVE_INFINITY, from);
    }
    if (relevant.isEmpty()) {
      return new Crossing(0, from);
    }
    relevant.sort(Comparator.comparingDouble(this::rank));
    Item nearest = relevant.get(0);
    Item winner = item(first, from);
    double[] best = shortestMove(winner, relevant, Double.POSITIVE_INFINITY);
    double shortest = length(best);
    double reach = shortest;
    int[] rest =
        Arrays.stream(others, 0, count)
            .filter(i -> bound(i, Math.sqrt(squared[i]), nearest) < reach)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> squared[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i : rest) {
      if (i != first && bound(i, Math.sqrt(squared[i]), nearest) < shortest) {
        Item other = item(i, from);
        double[] move = shortestMove(other, relevant, shortest);
        if (move != null && length(move) < shortest) {
          shortest = length(move);
          best = move;
          winner = other;
        }
      }
    }
    double[] moved = new double[from.length];
    for (int d = 0; d < moved.length; d++) {
      double beyond = shortest == 0 ? 0 : BEYOND * (winner.offset()[d] - best[d]);
      moved[d] = from[d] + best[d] + beyond;
    }
    return new Crossing(shortest, moved);
  }

  /** Items of the query's group are not compared with it. */
  private boolean ofOneGroup(EmbeddingSet queries, int query, int item) {
    return queries.groups() != null
        && gallery.groups() != null
        && queries.groups()[query] == gallery.groups()[item];
  }

  private Item item(int row, double[] from) {
    double[] offset = new double[from.length];
    double product = 0;
    for (int d = 0; d < offset.length; d++) {
      double value = gallery.values()[row * offset.length + d] * scales[row];
      offset[d] = value - from[d];
      product += value * from[d];
    }
    return new Item(offset, Vectors.dot(offset, offset), product, scales[row] == 0);
  }

  private double squaredDistance(int row, double[] from) {
    double squares = 0;
    for (int d = 0; d < from.length; d++) {
      double difference = gallery.values()[row * from.length + d] * scales[row] - from[d];
      squares += difference * difference;
    }
    return squares;
  }

  /** What the search ranks by: smaller is nearer. */
  private double rank(Item item) {
    return distance == Distance.COSINE ? -item.product() : item.squared();
  }

  /** Returns a length below which no move makes an item the nearest. */
  private double bound(int other, double length, Item nearest) {
    // A zero vector has no direction: under the cosine distance it is no point of the sphere.
    return scales[other] == 0 || nearest.zero() ? 0 : (length - nearest.length()) / 2;
  }

  /** Returns the shortest move to where an item wins; null where it is not below the cutoff. */
  private double[] shortestMove(Item other, List<Item> relevant, double cutoff) {
    double[][] normals = new double[relevant.size()][];
    double[] offsets = new double[relevant.size()];
    for (int i = 0; i < normals.length; i++) {
      Item p = relevant.get(i);
      normals[i] = minus(other.offset(), p.offset());
      offsets[i] = (rank(other) - rank(p)) / (distance == Distance.COSINE ? 1 : 2);
      double length = length(normals[i]);
      if (length > 0 && offsets[i] / length >= cutoff) {
        return null;
      }
    }
    NearestPointQp.Nearest nearest =
        new NearestPointQp(normals, offsets, other.offset()).nearest(cutoff);
    if (nearest.point() == null) {
      return null;
    }
    if (nearest.upper() - nearest.lower() > EXACT * other.length()) {
      throw new RunException(
          "The shortest way to another class lies between %s and %s: rounding leaves no better answer."
              .formatted(nearest.lower(), nearest.upper()));
    }
    return nearest.point();
  }

  private static double length(double[] vector) {
    return Math.sqrt(Vectors.dot(vector, vector));
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int d = 0; d < a.length; d++) {
      difference[d] = a[d] - b[d];
    }
    return difference;
  }
}
