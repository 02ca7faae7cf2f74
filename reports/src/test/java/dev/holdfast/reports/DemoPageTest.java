package dev.holdfast.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page of real size. {@code -Dholdfast.page=DIR} keeps it for a look. */
class DemoPageTest {

  private static final long LIMIT = 5_000_000;

  @TempDir Path temporary;

  @Test
  void stays_below_five_megabytes() throws Exception {
    Path directory = Path.of(System.getProperty("holdfast.page", temporary.toString()));
    AuditFiles.writeAudit(directory, Audits.large());
    AuditFiles.writeShown(directory, Audits.show(directory.resolve(AuditFiles.SHOWN), 24, 64));
    AuditFiles.render(directory);
    assertThat(Files.size(directory.resolve(AuditFiles.HTML))).isBetween(1_100_000L, LIMIT);
  }

  @Test
  void stays_below_five_megabytes_with_large_images() throws Exception {
    AuditFiles.writeAudit(temporary, Audits.large());
    AuditFiles.writeShown(temporary, Audits.show(temporary.resolve(AuditFiles.SHOWN), 24, 160));
    AuditFiles.render(temporary);
    assertThat(Files.size(temporary.resolve(AuditFiles.HTML))).isBetween(1_100_000L, LIMIT);
    assertThat(Files.readString(temporary.resolve(AuditFiles.HTML)))
        .contains("Some images are smaller here");
  }
}
