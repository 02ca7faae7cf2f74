package dev.holdfast.attacks.corruption;

import dev.holdfast.metrics.error.InputException;
import java.util.Map;

/** The settings of one corruption: a row of numbers for each dialect and severity. */
final class SeverityTable {

  private static final int SEVERITIES = 5;

  private final Map<Dialect, double[][]> rows;

  /** Takes five rows for each dialect. */
  SeverityTable(double[][] at32, double[][] at64, double[][] at224) {
    rows =
        Map.of(
            Dialect.HENDRYCKS_32, at32, Dialect.HENDRYCKS_64, at64, Dialect.HENDRYCKS_224, at224);
    for (double[][] dialect : rows.values()) {
      if (dialect.length != SEVERITIES) {
        throw new IllegalArgumentException("A severity table must have 5 rows for each dialect.");
      }
    }
  }

  /** Takes five numbers for each dialect. */
  SeverityTable(double[] at32, double[] at64, double[] at224) {
    this(column(at32), column(at64), column(at224));
  }

  /** Takes a number for each severity, which means the same at every size. */
  static SeverityTable atEverySize(double... values) {
    return new SeverityTable(values, values, values);
  }

  /** Takes a row for each severity, which means the same at every size. */
  static SeverityTable atEverySize(double[][] rows) {
    return new SeverityTable(rows, rows, rows);
  }

  /** Returns the row of a severity; {@code corruption} is named in the error if there is none. */
  double[] row(int severity, Dialect dialect, Corruption corruption) {
    check(severity, corruption);
    return rows.get(dialect)[severity - 1];
  }

  /**
   * @throws InputException if there is no such severity; {@code corruption} is named in it
   */
  static void check(int severity, Corruption corruption) {
    if (severity < 1 || severity > SEVERITIES) {
      throw InputException.of(
          "severity",
          severity,
          corruption.id(),
          "be a whole number from 1 to 5",
          severity == 0 ? "you want the clean image, which every audit measures" : "5 is meant");
    }
  }

  /** Returns the first number of a row. */
  double value(int severity, Dialect dialect, Corruption corruption) {
    return row(severity, dialect, corruption)[0];
  }

  private static double[][] column(double[] values) {
    double[][] column = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      column[i] = new double[] {values[i]};
    }
    return column;
  }
}
