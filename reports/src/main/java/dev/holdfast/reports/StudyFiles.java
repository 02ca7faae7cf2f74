package dev.holdfast.reports;

import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.reports.csv.StudyCsv;
import dev.holdfast.reports.html.HtmlStudy;
import dev.holdfast.reports.study.StudyTable;
import dev.holdfast.reports.study.StudyText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The files of a study: {@code study.csv}, {@code study.md} and {@code study.html}. */
public final class StudyFiles {

  private StudyFiles() {}

  /** Writes all files; each is whole at any moment. */
  public static void write(StudyTable table, Path folder) {
    StringBuilder csv = new StringBuilder();
    try {
      StudyCsv.write(table, csv);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(folder.resolve("study.csv"), csv.toString());
    AtomicFile.write(folder.resolve("study.md"), new StudyText(table).markdown());
    AtomicFile.write(folder.resolve("study.html"), HtmlStudy.render(table));
  }
}
