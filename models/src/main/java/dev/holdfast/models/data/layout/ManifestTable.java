package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table with a header in the dialects that programs write: separated by commas, semicolons, tabs
 * or bars, with lines of notes before the header, with an unnamed column of numbers, and with empty
 * rows at the end. Names of columns count in any case.
 */
final class ManifestTable {

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');
  private static final String NOTE = "#";
  private static final Pattern IMAGE =
      Pattern.compile(".*\\.(jpe?g|png|bmp|gif|webp|tiff?)", Pattern.CASE_INSENSITIVE);

  /** Other names for columns that mean the same wherever they are found. */
  private static final Map<String, String> SYNONYMS =
      Map.of("sequence", "group", "x1", "x_1", "y1", "y_1", "x2", "x_2", "y2", "y_2");

  private final Path file;
  private final List<String> written;
  private final List<String> names;
  private final List<Row> rows;

  private ManifestTable(Path file, List<String> written, List<String> names, List<Row> rows) {
    this.file = file;
    this.written = written;
    this.names = names;
    this.rows = rows;
  }

  /** A row that is not empty. */
  final class Row {

    private final String owner;
    private final List<String> values;

    private Row(String owner, List<String> values) {
      this.owner = owner;
      this.values = values;
    }

    /** Returns the words that messages call the row by. */
    String owner() {
      return owner;
    }

    /** Returns the value in a column; empty where the table lacks the column or the value. */
    String value(String column) {
      int index = names.indexOf(column);
      return index < 0 ? "" : values.get(index);
    }
  }

  /**
   * Reads a table.
   *
   * @param wanted columns that it must have
   * @throws InputException if it cannot be read, lacks a column or has other rows than its header
   */
  static ManifestTable read(Path file, List<String> wanted) {
    String text = text(file);
    char separator = separator(text, wanted, file);
    List<String> header = header(text, separator, file);
    List<String> names = header.stream().map(ManifestTable::name).toList();
    for (String column : wanted) {
      if (!names.contains(column)) {
        throw InputException.of(
            "header",
            String.join(",", header),
            "the manifest " + file,
            "have the column " + column,
            remedy(header, column, file));
      }
    }
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!name.isEmpty() && !seen.add(name)) {
        throw InputException.of(
            "header",
            String.join(",", header),
            "the manifest " + file,
            "have one column " + name,
            "one of them has another meaning: give it another name");
      }
    }
    ManifestTable table = new ManifestTable(file, header, names, new ArrayList<>());
    try (CSVParser records = parser(text, separator)) {
      for (CSVRecord row : records) {
        if (row.getRecordNumber() > 1 && !row.stream().allMatch(String::isEmpty)) {
          table.rows.add(table.row(row));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(file, e);
    }
    return table;
  }

  /** Tells whether a file has a header with these columns. */
  static boolean has(Path file, List<String> wanted) {
    String text = text(file);
    return names(text, separator(text, wanted, file), file).containsAll(wanted);
  }

  private Row row(CSVRecord record) {
    String owner = "row " + (record.getRecordNumber() - 1) + " of the manifest " + file;
    if (record.size() != names.size()) {
      throw InputException.of(
          "number of fields",
          record.size(),
          owner,
          "be that of the header, " + names.size(),
          "a value with a comma lacks its quotes");
    }
    return new Row(owner, record.stream().toList());
  }

  List<Row> rows() {
    return rows;
  }

  boolean hasColumn(String name) {
    return names.contains(name);
  }

  /** Returns the columns, as they are written, whose name is none of some. */
  List<String> columnsBesides(Predicate<String> known) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      // What pandas writes first without a name are the numbers of its rows.
      if (!names.get(i).isEmpty() && !known.test(names.get(i))) {
        others.add(written.get(i));
      }
    }
    return others;
  }

  private static String name(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    return SYNONYMS.getOrDefault(name, name);
  }

  private static String remedy(List<String> header, String column, Path file) {
    if (header.stream().anyMatch(name -> IMAGE.matcher(name).matches())) {
      return "the header is missing: write the names of the columns above the first row";
    }
    if (header.stream().anyMatch(name -> name.startsWith("'"))) {
      return "its quotes are single ones: they must be double";
    }
    return "one of them is that one by another name: call it "
        + column
        + "; or the folder was meant: "
        + file.toAbsolutePath().getParent();
  }

  private static char separator(String text, List<String> wanted, Path file) {
    for (char separator : SEPARATORS) {
      if (names(text, separator, file).containsAll(wanted)) {
        return separator;
      }
    }
    return SEPARATORS.get(0);
  }

  private static List<String> names(String text, char separator, Path file) {
    return header(text, separator, file).stream().map(ManifestTable::name).toList();
  }

  private static List<String> header(String text, char separator, Path file) {
    try (CSVParser records = parser(text.lines().findFirst().orElse(""), separator)) {
      return records.stream().findFirst().map(r -> r.stream().toList()).orElse(List.of());
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(file, e);
    }
  }

  /** Returns the text from its header on. */
  private static String text(Path file) {
    String text;
    try {
      text = TextFile.read(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      String line = text.substring(start, end < 0 ? text.length() : end).strip();
      if (!line.isEmpty() && !line.startsWith(NOTE)) {
        break;
      }
      start = end < 0 ? text.length() : end + 1;
    }
    return text.substring(start);
  }

  private static CSVParser parser(String text, char separator) throws IOException {
    return CSVFormat.DEFAULT
        .builder()
        .setDelimiter(separator)
        .setTrim(true)
        .setIgnoreEmptyLines(true)
        .get()
        .parse(new StringReader(text));
  }

  private static InputException unreadable(Path table, Exception e) {
    return new InputException(
        "The manifest %s must be a CSV file in UTF-8 or UTF-16 with a byte order mark: %s.%nMaybe it was damaged, or saved in another encoding."
            .formatted(table, Reason.of(e)),
        e);
  }
}
