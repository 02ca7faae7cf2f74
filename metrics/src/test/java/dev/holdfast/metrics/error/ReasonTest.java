package dev.holdfast.metrics.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ReasonTest {

  @Test
  void has_words_for_what_the_system_says() {
    assertThat(Reason.of(new NoSuchFileException("a.txt"))).isEqualTo("a.txt does not exist");
    assertThat(Reason.of(new AccessDeniedException("a.txt"))).isEqualTo("a.txt is protected");
    assertThat(Reason.of(new FileSystemLoopException("a")))
        .isEqualTo("the link a leads in a circle");
    assertThat(Reason.of(new FileSystemException("a", null, "Not a directory")))
        .isEqualTo("Not a directory");
    assertThat(Reason.of(new IOException("No space left"))).isEqualTo("No space left");
    assertThat(Reason.of(new EOFException())).isEqualTo("EOFException");
  }

  @Test
  void looks_into_a_wrapper() {
    assertThat(Reason.of(new UncheckedIOException(new NoSuchFileException("a.txt"))))
        .isEqualTo("a.txt does not exist");
  }
}
