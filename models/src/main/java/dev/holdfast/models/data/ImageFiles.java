package dev.holdfast.models.data;

import dev.holdfast.metrics.error.RunException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Images in files below a folder.
 *
 * @param root the folder that the paths of the items are relative to
 */
record ImageFiles(Path root) implements ImageSource {

  static final String MISSING = "missing";

  @Override
  public RgbImage decode(ImageItem item) throws IOException {
    return ImageDecoder.decode(read(item));
  }

  @Override
  public RgbImage decode(ImageItem item, String contentHash) throws IOException {
    byte[] file;
    try {
      file = read(item);
    } catch (IOException e) {
      if (contentHash.equals(MISSING)) {
        throw e;
      }
      throw changed(item, e);
    }
    if (!Sha256.hex(file).equals(contentHash)) {
      throw changed(item, null);
    }
    return ImageDecoder.decode(file);
  }

  private static RunException changed(ImageItem item, IOException cause) {
    return new RunException(
        "The image %s changed while the data set was read.%nMaybe somebody copies or edits it: run the same command when that is over."
            .formatted(item.path()),
        cause);
  }

  private byte[] read(ImageItem item) throws IOException {
    try {
      return Files.readAllBytes(root.resolve(item.path()));
    } catch (NoSuchFileException e) {
      throw new IOException("the file is missing", e);
    } catch (FileSystemException e) {
      throw new IOException("the file cannot be read (" + e.getClass().getSimpleName() + ")", e);
    } catch (InvalidPathException e) {
      throw new IOException("the path is not one of this system", e);
    }
  }

  @Override
  public String contentHash(ImageItem item) {
    try {
      return Sha256.hex(read(item));
    } catch (IOException e) {
      return MISSING;
    }
  }
}
