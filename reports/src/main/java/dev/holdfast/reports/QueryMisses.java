package dev.holdfast.reports;

import dev.holdfast.reports.result.QueryRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Queries of an audit that miss or find a relevant item first, from its per-query table. */
final class QueryMisses {

  private static final String CLEAN = "clean";

  private final List<String> queries = new ArrayList<>();
  private final Map<Long, Integer> positions = new LinkedHashMap<>();

  /** For each cell the misses of each query, summed over the draws. */
  private final Map<String, double[]> byCell = new HashMap<>();

  /** For each cell what was done. */
  private final Map<String, String> perturbations = new HashMap<>();

  private QueryMisses() {}

  static QueryMisses read(Path folder) {
    QueryMisses hits = new QueryMisses();
    // The clean queries come first.
    try (Stream<QueryRow> rows = AuditFiles.readQueries(folder)) {
      rows.forEach(
          row -> {
            if (row.cell().equals(CLEAN)) {
              hits.queries.add(row.id() + " " + row.draw() + " " + row.label());
              hits.positions.putIfAbsent(row.id(), hits.positions.size());
            }
            hits.take(row);
          });
    }
    return hits;
  }

  private void take(QueryRow row) {
    Boolean hit = row.hits().get(1);
    if (hit != null) {
      perturbations.putIfAbsent(row.cell(), row.perturbation());
      double[] misses = byCell.computeIfAbsent(row.cell(), cell -> new double[0]);
      int position = positions.get(row.id());
      if (position >= misses.length) {
        misses = Arrays.copyOf(misses, Math.max(2 * misses.length, position + 1));
        byCell.put(row.cell(), misses);
      }
      misses[position] += hit ? 0 : 1;
    }
  }

  /** Returns id, draw and class of every clean query, in the order of the table. */
  List<String> queries() {
    return queries;
  }

  double[] cleanMisses() {
    return whole(byCell.get(CLEAN));
  }

  /** Returns the misses of each query, summed over severities and draws. */
  double[] misses(String corruption, Set<Integer> severities, String side) {
    double[] sum = new double[positions.size()];
    for (int severity : severities) {
      String part = "_" + severity + "_";
      String cell =
          byCell.keySet().stream()
              .filter(id -> perturbations.get(id).equals(corruption))
              .filter(id -> id.contains(part) && id.endsWith("_" + side))
              .findFirst()
              .orElseThrow();
      double[] misses = whole(byCell.get(cell));
      for (int q = 0; q < sum.length; q++) {
        sum[q] += misses[q];
      }
    }
    return sum;
  }

  private double[] whole(double[] misses) {
    return Arrays.copyOf(misses, positions.size());
  }
}
