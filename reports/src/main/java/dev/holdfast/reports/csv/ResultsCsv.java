package dev.holdfast.reports.csv;

import dev.holdfast.reports.result.ResultRow;
import java.io.IOException;
import java.util.List;
import org.apache.commons.csv.CSVPrinter;

/** {@code results.csv}: one line per row, numbers in full, empty where a value does not apply. */
public final class ResultsCsv {

  private static final String[] COLUMNS = {
    "model",
    "dataset",
    "kind",
    "perturbation",
    "family",
    "objective",
    "norm",
    "epsilon",
    "epsilon_255",
    "severity",
    "side",
    "knowledge",
    "steps",
    "metric",
    "k",
    "value",
    "ci_low",
    "ci_high",
    "n_queries",
    "clean_value",
    "relative",
    "seed",
    "setting",
    "dialect",
    "threat_hash",
    "draw_sd"
  };

  private ResultsCsv() {}

  /** Writes the header and the rows. */
  public static void write(List<ResultRow> rows, Appendable out) throws IOException {
    CSVPrinter csv = new CSVPrinter(out, CsvText.FORMAT);
    csv.printRecord((Object[]) COLUMNS);
    for (ResultRow row : rows) {
      csv.printRecord(
          row.model(),
          row.dataset(),
          row.kind().id(),
          row.perturbation(),
          row.family(),
          row.objective(),
          row.norm(),
          CsvText.number(row.epsilon()),
          CsvText.number(row.epsilon255()),
          row.severity(),
          row.side(),
          row.knowledge(),
          row.steps(),
          row.metric(),
          row.k(),
          CsvText.number(row.value()),
          CsvText.number(row.ciLow()),
          CsvText.number(row.ciHigh()),
          row.nQueries(),
          CsvText.number(row.cleanValue()),
          CsvText.number(row.relative()),
          row.seed(),
          row.setting(),
          row.dialect(),
          row.threatHash(),
          CsvText.number(row.drawSd()));
    }
  }
}
