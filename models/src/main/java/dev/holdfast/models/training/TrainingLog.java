package dev.holdfast.models.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/**
 * What came out of each epoch, as {@code training.csv}.
 *
 * @param rows in the order of the epochs
 */
record TrainingLog(List<Row> rows) {

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader("epoch", "step", "loss", "validation_recall_at_1", "learning_rate")
          .setSkipHeaderRecord(true)
          .setRecordSeparator('\n')
          .get();

  TrainingLog {
    rows = List.copyOf(rows);
  }

  /**
   * One epoch.
   *
   * @param epoch from 1
   * @param step steps since the start of the training
   * @param loss mean over the steps of the epoch
   * @param validationRecallAt1 in [0,1]; not a number, and an empty field, without validation
   * @param learningRate of the last step
   */
  record Row(int epoch, long step, double loss, double validationRecallAt1, double learningRate) {}

  TrainingLog with(Row row) {
    List<Row> more = new ArrayList<>(rows);
    more.add(row);
    return new TrainingLog(more);
  }

  String toCsv() {
    StringBuilder out = new StringBuilder();
    try (CSVPrinter printer = new CSVPrinter(out, FORMAT)) {
      printer.printRecord((Object[]) FORMAT.getHeader());
      for (Row r : rows) {
        printer.printRecord(
            r.epoch(),
            r.step(),
            r.loss(),
            Double.isNaN(r.validationRecallAt1()) ? null : r.validationRecallAt1(),
            r.learningRate());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  static TrainingLog parse(String csv) {
    List<Row> rows = new ArrayList<>();
    try (var parser = FORMAT.parse(new java.io.StringReader(csv))) {
      for (CSVRecord r : parser) {
        String recall = r.get("validation_recall_at_1");
        rows.add(
            new Row(
                Integer.parseInt(r.get("epoch")),
                Long.parseLong(r.get("step")),
                Double.parseDouble(r.get("loss")),
                recall.isEmpty() ? Double.NaN : Double.parseDouble(recall),
                Double.parseDouble(r.get("learning_rate"))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TrainingLog(rows);
  }
}
