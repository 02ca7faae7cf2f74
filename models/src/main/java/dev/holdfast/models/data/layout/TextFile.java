package dev.holdfast.models.data.layout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text files as people write them: in UTF-8, or with a byte order mark that says otherwise. */
final class TextFile {

  private static final String MARK = "\ufeff";

  private TextFile() {}

  /**
   * Reads a text without its byte order mark, which would become a part of the first word.
   *
   * @throws IOException if it cannot be read, or is in another encoding
   */
  static String read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Charset charset =
        startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)
            ? StandardCharsets.UTF_16
            : StandardCharsets.UTF_8;
    String text =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes))
            .toString();
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private static boolean startsWith(byte[] bytes, int first, int second) {
    return bytes.length > 1 && (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
  }
}
