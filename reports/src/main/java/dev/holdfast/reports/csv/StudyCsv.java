package dev.holdfast.reports.csv;

import dev.holdfast.metrics.stats.Estimate;
import dev.holdfast.reports.study.StudyTable;
import java.io.IOException;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVPrinter;

/** {@code study.csv}: one line per perturbation, metric and method, numbers in full. */
public final class StudyCsv {

  private static final String[] COLUMNS = {
    "study",
    "dataset",
    "perturbation",
    "metric",
    "k",
    "n_queries",
    "method",
    "n_seeds",
    "mean",
    "deviation",
    "values",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "ratio"
  };

  private StudyCsv() {}

  /** Writes the header and the lines. */
  public static void write(StudyTable table, Appendable out) throws IOException {
    CSVPrinter csv = new CSVPrinter(out, CsvText.FORMAT);
    csv.printRecord((Object[]) COLUMNS);
    for (StudyTable.Row row : table.rows()) {
      for (String method : row.cells().keySet()) {
        StudyTable.Cell cell = row.cells().get(method);
        Estimate difference = cell.difference();
        csv.printRecord(
            table.name(),
            table.dataset(),
            row.perturbation(),
            row.metric().id(),
            row.metric().k(),
            row.queries(),
            method,
            cell.values().size(),
            CsvText.number(cell.mean()),
            CsvText.number(cell.deviation()),
            cell.values().stream().map(CsvText::number).collect(Collectors.joining(" ")),
            difference == null ? null : table.baseline(),
            difference == null ? null : CsvText.number(difference.value()),
            difference == null ? null : CsvText.number(difference.low()),
            difference == null ? null : CsvText.number(difference.high()),
            CsvText.number(cell.ratio()));
      }
    }
  }
}
