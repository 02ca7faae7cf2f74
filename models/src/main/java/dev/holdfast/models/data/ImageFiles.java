package dev.holdfast.models.data;

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
    byte[] file;
    try {
      file = Files.readAllBytes(root.resolve(item.path()));
    } catch (NoSuchFileException e) {
      throw new IOException("the file is missing", e);
    } catch (FileSystemException e) {
      throw new IOException("the file cannot be read (" + e.getClass().getSimpleName() + ")", e);
    } catch (InvalidPathException e) {
      throw new IOException("the path is not one of this system", e);
    } catch (OutOfMemoryError e) {
      throw new IOException("the file is too large", e);
    }
    return ImageDecoder.decode(file);
  }

  @Override
  public String contentHash(ImageItem item) {
    try {
      return Sha256.hex(Files.readAllBytes(root.resolve(item.path())));
    } catch (IOException | InvalidPathException | OutOfMemoryError e) {
      return MISSING;
    }
  }
}
