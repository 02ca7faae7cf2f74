package dev.holdfast.metrics.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {

  @TempDir Path folder;

  @Test
  void one_run_at_a_time_has_a_folder() throws IOException {
    FolderLock first = FolderLock.take(folder).orElseThrow();
    assertThat(FolderLock.take(folder)).isEmpty();
    first.close();
    FolderLock.take(folder).orElseThrow().close();
  }

  @Test
  void the_file_stays_when_the_lock_goes() throws IOException {
    FolderLock.take(folder).orElseThrow().close();
    assertThat(folder.toFile().list()).containsExactly(FolderLock.FILE);
  }

  @Test
  void a_folder_that_does_not_exist_cannot_be_taken() {
    assertThatThrownBy(() -> FolderLock.take(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
