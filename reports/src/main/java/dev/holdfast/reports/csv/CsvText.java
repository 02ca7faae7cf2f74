package dev.holdfast.reports.csv;

import org.apache.commons.csv.CSVFormat;
import tools.jackson.core.io.NumberOutput;

/** How values look in CSV. */
final class CsvText {

  /** Quotes only where needed, {@code \n} at the end of each line, null as the empty text. */
  static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator("\n").setNullString("").get();

  private CsvText() {}

  /**
   * Returns the shortest text that reads back as the same number, and null (an empty field) where
   * there is no finite one. The JDK's own text is not the shortest before Java 19.
   */
  static String number(Double value) {
    return value == null || !Double.isFinite(value) ? null : NumberOutput.toString(value, true);
  }
}
