package dev.holdfast.metrics;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Values computed by other programs. They come from the folder that the system property {@code
 * holdfast.golden} names, otherwise from the copy in the test resources.
 */
final class GoldenFolder {

  private GoldenFolder() {}

  /** Returns one part of the folder, such as {@code retrieval}. */
  static Path part(String name) {
    String folder = System.getProperty("holdfast.golden", "");
    Path root = folder.isEmpty() ? Path.of("src", "test", "resources", "golden") : Path.of(folder);
    return root.resolve(name);
  }

  static JsonObject expected(String part) throws IOException {
    try (Reader reader = Files.newBufferedReader(part(part).resolve("expected.json"))) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }
}
