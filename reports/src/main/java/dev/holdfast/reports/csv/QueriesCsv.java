package dev.holdfast.reports.csv;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.result.QueryRow;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/**
 * The per-query table. Hits stand in columns {@code hit_at_1}, {@code hit_at_2}, ... as 1 and 0;
 * which of them there are is decided by the first row.
 */
public final class QueriesCsv {

  private static final String HIT = "hit_at_";

  private QueriesCsv() {}

  /**
   * Writes the header and the rows, one at a time.
   *
   * @throws IllegalArgumentException if a row has a hit flag for a k that the first one has not
   */
  public static void write(Iterator<QueryRow> rows, Appendable out) throws IOException {
    CSVPrinter csv = new CSVPrinter(out, CsvText.FORMAT);
    QueryRow first = rows.hasNext() ? rows.next() : null;
    List<Integer> ks = first == null ? List.of() : List.copyOf(first.hits().keySet());
    List<Object> header =
        new ArrayList<>(List.of("cell", "perturbation", "id", "path", "label", "rank_clean"));
    header.add("rank");
    ks.forEach(k -> header.add(HIT + k));
    header.addAll(List.of("distance_moved", "perturbation_linf", "perturbation_l2"));
    header.addAll(List.of("steps", "forwards", "backwards", "draw", "broken_by"));
    csv.printRecord(header);
    for (QueryRow row = first; row != null; row = rows.hasNext() ? rows.next() : null) {
      print(csv, row, ks);
    }
  }

  private static void print(CSVPrinter csv, QueryRow row, List<Integer> ks) throws IOException {
    if (!ks.containsAll(row.hits().keySet())) {
      throw new IllegalArgumentException(
          "The hits (%s) of cell %s must be among those of the first row, %s."
              .formatted(row.hits().keySet(), row.cell(), ks));
    }
    List<Object> values = new ArrayList<>();
    values.add(row.cell());
    values.add(row.perturbation());
    values.add(row.id());
    values.add(row.path());
    values.add(row.label());
    values.add(row.rankClean());
    values.add(row.rank());
    for (Integer k : ks) {
      Boolean hit = row.hits().get(k);
      values.add(hit == null ? null : hit ? 1 : 0);
    }
    values.add(CsvText.number(row.distanceMoved()));
    values.add(CsvText.number(row.perturbationLinf()));
    values.add(CsvText.number(row.perturbationL2()));
    values.add(row.steps());
    values.add(row.forwards());
    values.add(row.backwards());
    values.add(row.draw());
    values.add(row.brokenBy());
    csv.printRecord(values);
  }

  /**
   * Reads the table, one row at a time. Closing the stream closes the reader.
   *
   * @param file name of the file, for messages
   * @throws InputException if it is not such a table, also while the stream is read
   */
  public static Stream<QueryRow> read(Reader in, String file) {
    try {
      CSVFormat format = CsvText.FORMAT.builder().setHeader().setSkipHeaderRecord(true).get();
      CSVParser csv = CSVParser.parse(in, format);
      Map<Integer, Integer> hitColumns = new TreeMap<>();
      csv.getHeaderMap()
          .forEach(
              (name, column) -> {
                if (name.startsWith(HIT)) {
                  hitColumns.put(Integer.valueOf(name.substring(HIT.length())), column);
                }
              });
      return csv.stream()
          .map(values -> row(values, hitColumns, file))
          .onClose(
              () -> {
                try {
                  csv.close();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (IOException | IllegalArgumentException e) {
      throw broken(file, 1, e);
    }
  }

  private static QueryRow row(CSVRecord values, Map<Integer, Integer> hitColumns, String file) {
    try {
      Map<Integer, Boolean> hits = new TreeMap<>();
      hitColumns.forEach(
          (k, column) -> {
            String flag = values.get(column);
            if (flag != null) {
              hits.put(k, flag(flag));
            }
          });
      return new QueryRow(
          values.get("cell"),
          values.get("perturbation"),
          Long.parseLong(values.get("id")),
          values.get("path"),
          values.get("label"),
          whole(values.get("rank_clean")),
          whole(values.get("rank")),
          hits,
          number(values.get("distance_moved")),
          number(values.get("perturbation_linf")),
          number(values.get("perturbation_l2")),
          Integer.parseInt(values.get("steps")),
          Integer.parseInt(values.get("forwards")),
          Integer.parseInt(values.get("backwards")),
          Integer.parseInt(values.get("draw")),
          values.get("broken_by"));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw broken(file, values.getRecordNumber() + 1, e);
    }
  }

  private static boolean flag(String text) {
    if (!text.equals("1") && !text.equals("0")) {
      throw new IllegalArgumentException("a hit flag is " + text + ", not 1 or 0");
    }
    return text.equals("1");
  }

  private static Integer whole(String text) {
    return text == null ? null : Integer.valueOf(text);
  }

  private static double number(String text) {
    return text == null ? Double.NaN : Double.parseDouble(text);
  }

  private static InputException broken(String file, long record, Exception cause) {
    return new InputException(
        "The file %s is not a table of queries (record %d): %s"
            .formatted(file, record, cause.getMessage()),
        cause);
  }
}
