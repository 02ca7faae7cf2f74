package dev.holdfast.harness.runtime;

import dev.holdfast.metrics.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The models bundled with Holdfast: checkpoints trained by the recipes beside them. */
public final class BundledModel {

  private static final List<String> FILES = List.of("model.yaml", "weights.safetensors");

  private BundledModel() {}

  /**
   * Copies a checkpoint out of the program.
   *
   * @param name such as {@code standard}
   * @param cache where files of Holdfast are kept
   * @return its folder
   */
  public static Path unpack(String name, Path cache) {
    Path folder = cache.resolve("embedded").resolve(name);
    for (String file : FILES) {
      String resource = "/dev/holdfast/harness/demo/" + name + "/" + file;
      try (InputStream in = BundledModel.class.getResourceAsStream(resource)) {
        byte[] bytes = in.readAllBytes();
        AtomicFile.write(folder.resolve(file), out -> out.write(bytes));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }
}
