package dev.holdfast.models.data;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.models.image.Box;
import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Images in files below a folder.
 *
 * @param root the folder that the paths of the items are relative to
 * @param spellings the paths of files whose items have another path, since the file system encodes
 *     accents in another way, or since there are several items in a file
 * @param boxes the parts of images that items are, by path; other items are whole images
 */
public record ImageFiles(Path root, Map<String, String> spellings, Map<String, Box> boxes)
    implements ImageSource {

  static final String MISSING = "missing";

  /** What Java puts in the place of a character that it cannot read. */
  private static final char UNKNOWN = '\ufffd';

  public ImageFiles(Path root) {
    this(root, Map.of());
  }

  public ImageFiles(Path root, Map<String, String> spellings) {
    this(root, spellings, Map.of());
  }

  /** Returns the file at a path. It may be missing. */
  private Path file(String path) {
    String spelled = spellings.getOrDefault(path, path);
    Path given = root.resolve(spelled);
    if (!Files.exists(given)) {
      Path decomposed = root.resolve(RelativePath.decomposed(spelled));
      return Files.exists(decomposed) ? decomposed : given;
    }
    return given;
  }

  @Override
  public boolean exists(String path) {
    try {
      return Files.isRegularFile(file(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  @Override
  public RgbImage decode(ImageItem item) throws IOException {
    return image(item.path(), read(item.path()));
  }

  @Override
  public RgbImage decode(ImageItem item, String contentHash) throws IOException {
    byte[] file;
    try {
      file = read(item.path());
    } catch (IOException e) {
      if (contentHash.equals(MISSING)) {
        throw e;
      }
      throw changed(item, e);
    }
    if (!hash(item.path(), file).equals(contentHash)) {
      throw changed(item, null);
    }
    return image(item.path(), file);
  }

  private RgbImage image(String path, byte[] file) throws IOException {
    RgbImage whole = ImageDecoder.decode(file);
    Box box = boxes.get(path);
    return box == null ? whole : box.cut(whole);
  }

  /** Two parts of one file are two contents. */
  private String hash(String path, byte[] file) {
    String hash = Sha256.hex(file);
    Box box = boxes.get(path);
    return box == null ? hash : Sha256.hex(hash + " " + box.text());
  }

  private static RunException changed(ImageItem item, IOException cause) {
    return new RunException(
        "The image %s changed while the data set was read.%nMaybe somebody copies or edits it: run the same command when that is over."
            .formatted(item.path()),
        cause);
  }

  private byte[] read(String path) throws IOException {
    if (path.indexOf(UNKNOWN) >= 0) {
      throw new IOException(
          "its name is not in the encoding of this system: rename it, or set LC_ALL=C.UTF-8");
    }
    try {
      return Files.readAllBytes(file(path));
    } catch (NoSuchFileException e) {
      throw new IOException("the file is missing", e);
    } catch (FileSystemException e) {
      throw new IOException("the file cannot be read (" + e.getClass().getSimpleName() + ")", e);
    } catch (InvalidPathException e) {
      throw new IOException("the path is not one of this system", e);
    }
  }

  @Override
  public String contentHash(String path) {
    try {
      return hash(path, read(path));
    } catch (IOException e) {
      return MISSING;
    }
  }
}
