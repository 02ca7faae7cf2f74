package dev.holdfast.models.data;

import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.util.Map;

/**
 * Images of two sources. The first folder of a path says which.
 *
 * @param sources by the name of that folder
 */
record TwoSources(Map<String, ImageSource> sources) implements ImageSource {

  private ImageSource source(String path) {
    return sources.get(path.substring(0, path.indexOf('/')));
  }

  private static String rest(String path) {
    return path.substring(path.indexOf('/') + 1);
  }

  @Override
  public RgbImage decode(ImageItem item) throws IOException {
    return source(item.path()).decode(item.withPath(rest(item.path())));
  }

  @Override
  public RgbImage decode(ImageItem item, String contentHash) throws IOException {
    return source(item.path()).decode(item.withPath(rest(item.path())), contentHash);
  }

  @Override
  public String contentHash(String path) {
    return source(path).contentHash(rest(path));
  }

  @Override
  public boolean exists(String path) {
    return source(path).exists(rest(path));
  }
}
