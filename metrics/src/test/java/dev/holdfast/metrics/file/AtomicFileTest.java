package dev.holdfast.metrics.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path folder;

  @Test
  void replaces_a_file_and_leaves_nothing_else() {
    Path file = folder.resolve("deep/er/a.txt");
    AtomicFile.write(file, "one");
    AtomicFile.write(file, "two");
    assertThat(file).hasContent("two");
    assertThat(file.getParent().toFile().list()).containsExactly("a.txt");
  }

  @Test
  void keeps_the_old_file_when_the_disk_is_full() {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(RunException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("MB free");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a.txt");
  }

  @Test
  void leaves_nothing_when_the_content_fails() {
    Path file = folder.resolve("a.txt");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw new IllegalStateException("no content");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void says_so_when_the_folder_cannot_be() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "in the way");
    assertThatThrownBy(() -> AtomicFile.write(file.resolve("a.txt"), "x"))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("a.txt");
  }

  @Test
  void knows_its_own_temporary_names_and_no_others() {
    Path file = folder.resolve("a.txt");
    assertThat(AtomicFile.temporary(file).getParent()).isEqualTo(folder);
    assertThat(AtomicFile.temporary(file)).isNotEqualTo(AtomicFile.temporary(file));
    assertThat(AtomicFile.isTemporary(AtomicFile.temporary(file))).isTrue();
    assertThat(AtomicFile.isTemporary(file)).isFalse();
    assertThat(AtomicFile.isTemporary(folder.resolve(".mine.tmp"))).isFalse();
  }
}
