package dev.holdfast.harness.runtime;

import java.nio.file.Path;

/** Where decoded images are kept from run to run. */
public final class CacheFolder {

  private CacheFolder() {}

  /** Returns the folder: {@code holdfast.cache}, {@code $XDG_CACHE_HOME} or {@code ~/.cache}. */
  public static Path path() {
    String property = System.getProperty("holdfast.cache", "");
    if (!property.isEmpty()) {
      return Path.of(property);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isEmpty()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("holdfast");
  }
}
