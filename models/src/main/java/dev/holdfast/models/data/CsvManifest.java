package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of images: a {@code .csv} file, or a folder with an {@code index.csv}. Its header has the
 * columns {@code path} (relative to the table's folder) and {@code label} (the name of the class),
 * and optionally
 *
 * <ul>
 *   <li>{@code split}: {@code train}, {@code test} or any other name; what is {@code test} is
 *       tested on if nothing else is asked for
 *   <li>{@code role}: {@code query}, {@code gallery} or {@code both}, which is the default
 *   <li>{@code group}: an image is not found by queries of the same group, such as those of the
 *       same camera; empty for none
 * </ul>
 *
 * <p>Other columns are ignored, and so is an {@code index.csv} without the first two.
 */
public record CsvManifest() implements DatasetLayout {

  private static final String INDEX = "index.csv";
  private static final String PATH = "path";
  private static final String LABEL = "label";
  private static final String SPLIT = "split";
  private static final String ROLE = "role";
  private static final String GROUP = "group";

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setTrim(true)
          .setIgnoreEmptyLines(true)
          .get();

  @Override
  public String id() {
    return "csv-manifest";
  }

  @Override
  public String description() {
    return "FILE.csv, or DIR/index.csv, with the columns path, label (and split, role, group)";
  }

  @Override
  public String source() {
    return "";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval, or query-gallery by the column role";
  }

  @Override
  public boolean matches(Path data) {
    if (Files.isDirectory(data)) {
      Path index = data.resolve(INDEX);
      return Files.isRegularFile(index) && header(index).containsAll(List.of(PATH, LABEL));
    }
    return data.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    boolean folder = Files.isDirectory(data);
    Path table = folder ? data.resolve(INDEX) : data;
    Path root = folder ? data : data.toAbsolutePath().getParent();
    String name = RelativePath.name(data).replaceFirst("(?i)\\.csv$", "");
    List<String> header = header(table);
    for (String column : List.of(PATH, LABEL)) {
      if (!header.contains(column)) {
        throw InputException.of(
            "header",
            String.join(",", header),
            "the manifest " + table,
            "have the column " + column,
            "the columns have other names, or the folder was meant: " + root);
      }
    }
    List<ImageSet.Entry> entries = new ArrayList<>();
    try (CSVParser rows = parser(table)) {
      for (CSVRecord row : rows) {
        entries.add(entry(row, table));
      }
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw unreadable(table, e);
    }
    if (entries.isEmpty()) {
      throw InputException.of(
          "number of rows", 0, "the manifest " + table, "be at least 2", "the file was cut off");
    }
    return ImageSet.of(name, entries, new ImageFiles(root));
  }

  private static ImageSet.Entry entry(CSVRecord row, Path table) {
    String owner = "row " + row.getRecordNumber() + " of the manifest " + table;
    if (!row.isConsistent()) {
      throw InputException.of(
          "number of fields",
          row.size(),
          owner,
          "be that of the header",
          "a value with a comma lacks its quotes");
    }
    String path =
        RelativePath.normalize(row.get(PATH))
            .orElseThrow(
                () ->
                    InputException.of(
                        PATH,
                        row.get(PATH),
                        owner,
                        "be relative to the folder of the manifest and stay inside it",
                        "move the manifest into the folder of the images"));
    String label = row.get(LABEL);
    if (label.isEmpty()) {
      throw InputException.of(LABEL, label, owner, "name a class", "leave that row out");
    }
    String split = value(row, SPLIT);
    String role = value(row, ROLE);
    return new ImageSet.Entry(
        path,
        label,
        split.isEmpty() ? Set.of() : Set.of(split),
        role.isEmpty() ? Role.BOTH : Role.of(role, owner),
        value(row, GROUP));
  }

  private static String value(CSVRecord row, String column) {
    return row.isMapped(column) ? row.get(column) : "";
  }

  private static List<String> header(Path table) {
    try (CSVParser rows = parser(table)) {
      return rows.getHeaderNames();
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw unreadable(table, e);
    }
  }

  private static CSVParser parser(Path table) throws IOException {
    BufferedReader reader = Files.newBufferedReader(table, StandardCharsets.UTF_8);
    // Spreadsheets write a byte order mark, which would become a part of the first column's name.
    reader.mark(1);
    if (reader.read() != '\ufeff') {
      reader.reset();
    }
    return FORMAT.parse(reader);
  }

  private static InputException unreadable(Path table, Exception e) {
    return new InputException(
        "The manifest %s must be a CSV file in UTF-8: %s.%nMaybe it was damaged."
            .formatted(table, e.getMessage()),
        e);
  }
}
