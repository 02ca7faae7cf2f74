package dev.holdfast.metrics.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rows by a number that they have in common. */
final class Groups {

  private Groups() {}

  /** Returns the rows with each number, by ascending number; rows ascend as well. */
  static List<int[]> rows(long[] numbers) {
    Map<Long, List<Integer>> rows = new TreeMap<>();
    for (int row = 0; row < numbers.length; row++) {
      rows.computeIfAbsent(numbers[row], n -> new ArrayList<>()).add(row);
    }
    return rows.values().stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }
}
