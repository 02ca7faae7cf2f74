package dev.holdfast.reports;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.reports.csv.QueriesCsv;
import dev.holdfast.reports.csv.ResultsCsv;
import dev.holdfast.reports.html.HtmlReport;
import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.markdown.MarkdownReport;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.QueryRow;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The files of an audit, in the folder of the audit. {@code audit.json} and {@code evidence/shown}
 * are the data; {@code results.csv}, {@code report.md} and {@code report.html} are rendered from
 * them and can be rendered again. Every file is written whole or not at all, and has the same bytes
 * for the same input.
 *
 * <p>Methods throw {@link RunException} if a file cannot be written, and {@link InputException} if
 * one cannot be read or used; both name the file.
 */
public final class AuditFiles {

  /** The audit itself. */
  public static final String AUDIT = "audit.json";

  /** One line per number. */
  public static final String RESULTS = "results.csv";

  /** One line per query and cell. */
  public static final String QUERIES = "queries.csv.gz";

  /** The report as text. */
  public static final String MARKDOWN = "report.md";

  /** The report as a page. */
  public static final String HTML = "report.html";

  /** The folder of the images that the report shows, and of their index. */
  public static final String SHOWN = "evidence/shown";

  private static final String INDEX = "index.json";

  private AuditFiles() {}

  /** Writes {@code audit.json}. */
  public static void writeAudit(Path directory, Audit audit) {
    AtomicFile.write(directory.resolve(AUDIT), AuditJson.write(audit));
  }

  /**
   * Reads an audit.
   *
   * @param path the folder of an audit, or its {@code audit.json}
   */
  public static Audit readAudit(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(AUDIT) : path;
    if (!Files.exists(file)) {
      throw InputException.of(
          "audit",
          path,
          "the command line",
          "be the folder of a finished audit, but " + file + " does not exist",
          Files.exists(path)
              ? "the audit was not finished, or the folder beside it was meant"
              : "its name is misspelt");
    }
    return AuditJson.read(text(file), file.toString());
  }

  /** Writes {@code queries.csv.gz}, row by row, and closes the stream of rows. */
  public static void writeQueries(Path directory, Stream<QueryRow> rows) {
    AtomicFile.write(
        directory.resolve(QUERIES),
        out -> {
          // The JDK's gzip header has neither a time nor a file name in it.
          GZIPOutputStream gzip = new GZIPOutputStream(out);
          Writer writer =
              new BufferedWriter(new OutputStreamWriter(gzip, StandardCharsets.UTF_8), 1 << 16);
          try (rows) {
            QueriesCsv.write(rows.iterator(), writer);
          }
          writer.flush();
          gzip.finish();
        });
  }

  /** Reads {@code queries.csv.gz}, row by row. The caller closes the stream. */
  @SuppressWarnings("MustBeClosedChecker")
  public static Stream<QueryRow> readQueries(Path directory) {
    Path file = directory.resolve(QUERIES);
    try {
      return QueriesCsv.read(
          new InputStreamReader(
              new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8),
          file.toString());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Writes {@code evidence/shown/index.json}. The images stand beside it already. */
  public static void writeShown(Path directory, List<Example> shown) {
    AtomicFile.write(directory.resolve(SHOWN).resolve(INDEX), AuditJson.writeShown(shown));
  }

  /** Reads {@code evidence/shown/index.json}; a folder without it shows nothing. */
  public static List<Example> readShown(Path directory) {
    Path file = directory.resolve(SHOWN).resolve(INDEX);
    return Files.exists(file) ? AuditJson.readShown(text(file), file.toString()) : List.of();
  }

  /** Renders {@code results.csv}, {@code report.md} and {@code report.html} from the data. */
  public static void render(Path directory) {
    Audit audit = readAudit(directory);
    List<Example> shown = readShown(directory);
    String html = HtmlReport.render(audit, shown, directory.resolve(SHOWN));
    AtomicFile.write(
        directory.resolve(RESULTS),
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          ResultsCsv.write(audit.rows(), writer);
          writer.flush();
        });
    AtomicFile.write(directory.resolve(MARKDOWN), MarkdownReport.render(audit));
    AtomicFile.write(directory.resolve(HTML), html);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InputException unreadable(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new InputException(
          "The file %s does not exist.%nMaybe the folder is not that of a finished audit."
              .formatted(file),
          e);
    }
    String why = e instanceof CharacterCodingException ? "it is not UTF-8" : e.getMessage();
    return new InputException("The file %s cannot be read: %s".formatted(file, why), e);
  }
}
