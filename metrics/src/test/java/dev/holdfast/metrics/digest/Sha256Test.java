package dev.holdfast.metrics.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {

  /** The first example of FIPS 180-2, appendix B.1. */
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void hashes_texts_bytes_files_and_what_a_digest_was_fed_alike(@TempDir Path folder)
      throws IOException {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = Sha256.digest();
    digest.update(bytes);
    assertThat(Sha256.hex("abc"))
        .isEqualTo(Sha256.hex(bytes))
        .isEqualTo(Sha256.hex(Files.write(folder.resolve("abc"), bytes)))
        .isEqualTo(Sha256.hex(digest))
        .isEqualTo(OF_ABC);
  }

  @Test
  void gives_the_first_bits_as_a_number() {
    assertThat(Sha256.first64("abc")).isEqualTo(0xba7816bf8f01cfeaL);
  }

  @Test
  void a_file_that_is_not_there_has_no_hash(@TempDir Path folder) {
    assertThatThrownBy(() -> Sha256.hex(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
