package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.models.data.RelativePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A list of words in lines, as the files that come with data sets are. */
final class TextTable {

  private final String owner;
  private final List<Row> rows;

  private TextTable(String owner, List<Row> rows) {
    this.owner = owner;
    this.rows = rows;
  }

  /**
   * One line.
   *
   * @param owner the line and its file, for messages
   */
  record Row(String owner, List<String> words) {

    String word(int column) {
      return words.get(column);
    }

    /** Returns a word that is a number from 0. */
    int number(int column) {
      return number(words.get(column));
    }

    int number(String word) {
      try {
        int number = Integer.parseInt(word);
        if (number >= 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw InputException.of(
          "number", word, owner, "be a whole number from 0", "the file was edited");
    }

    /** Returns a word that is a path inside the data set. */
    String path(int column) {
      return RelativePath.normalize(words.get(column))
          .orElseThrow(
              () ->
                  InputException.of(
                      "path",
                      words.get(column),
                      owner,
                      "lie inside the data set",
                      "the file was edited"));
    }
  }

  /**
   * Reads a list.
   *
   * @param columns number of words in each line below the head; the last one may have spaces in it
   * @param head lines that are skipped
   * @throws InputException if it cannot be read or has other lines
   */
  static TextTable read(Path file, int columns, int head) {
    List<String> lines;
    try {
      lines = TextFile.read(file).lines().toList();
    } catch (IOException e) {
      throw new InputException(
          "The list %s must be a readable text file: %s.%nMaybe the download is incomplete."
              .formatted(file, Reason.of(e)),
          e);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = head; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty()) {
        continue;
      }
      Row row = new Row("line " + (i + 1) + " of " + file, List.of(line.split("\\s+", columns)));
      if (row.words().size() != columns) {
        throw InputException.of(
            "words",
            line,
            row.owner(),
            "be " + columns + " words",
            "the file was cut off, or has another form");
      }
      rows.add(row);
    }
    return new TextTable(file.toString(), rows);
  }

  List<Row> rows() {
    return rows;
  }

  @Override
  public String toString() {
    return owner;
  }
}
