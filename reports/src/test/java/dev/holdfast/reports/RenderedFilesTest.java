package dev.holdfast.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares what is written for one small audit with files kept beside the tests, byte for byte.
 * {@code -Dholdfast.regenerate=true} writes them anew.
 */
class RenderedFilesTest {

  private static final Path EXPECTED = Path.of("src", "test", "resources", "rendered");

  @TempDir Path directory;

  @Test
  void writes_the_json_as_agreed() throws IOException {
    AuditFiles.writeAudit(directory, Audits.small());
    compare("audit.json", Files.readString(directory.resolve(AuditFiles.AUDIT)));
  }

  @Test
  void renders_the_csv_as_agreed() throws IOException {
    compare("results.csv", rendered(AuditFiles.RESULTS));
  }

  @Test
  void renders_the_markdown_as_agreed() throws IOException {
    compare("report.md", rendered(AuditFiles.MARKDOWN));
  }

  @Test
  void renders_the_page_as_agreed() throws IOException {
    String page = rendered(AuditFiles.HTML);
    String visible =
        page.replaceAll("(?s)<style>.*?</style>", "<style></style>")
            .replaceAll("(?s)<script>.*?</script>", "<script></script>")
            .replaceAll("'sha256-[^']*'", "'sha256'")
            .replaceAll("base64,[^\"]*", "base64,");
    compare("report.html", visible);
  }

  private String rendered(String name) throws IOException {
    AuditFiles.writeAudit(directory, Audits.small());
    AuditFiles.writeShown(directory, Audits.show(directory.resolve(AuditFiles.SHOWN), 1, 16));
    AuditFiles.render(directory);
    return Files.readString(directory.resolve(name));
  }

  private static void compare(String name, String actual) throws IOException {
    Path file = EXPECTED.resolve(name);
    if (Boolean.getBoolean("holdfast.regenerate")) {
      AtomicFile.write(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }
}
