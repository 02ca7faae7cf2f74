package dev.holdfast.models.data;

import dev.holdfast.models.image.RgbImage;
import java.io.IOException;

/** Where the pixels of a set come from. Safe for use by several threads. */
public interface ImageSource {

  /**
   * @throws IOException if there is no readable image; the message is the reason, without the path
   */
  RgbImage decode(ImageItem item) throws IOException;

  /**
   * Decodes exactly the content that has a hash, so that pixels never stand under the fingerprint
   * of other pixels.
   *
   * @throws IOException as {@link #decode}
   * @throws dev.holdfast.metrics.error.RunException if the content has another hash by now
   */
  default RgbImage decode(ImageItem item, String contentHash) throws IOException {
    return decode(item);
  }

  /**
   * Returns a hash of what {@link #decode} would read for an item with that path, or {@code
   * missing}.
   */
  String contentHash(String path);

  /** Tells whether there is something to read at that path, whole or broken. */
  default boolean exists(String path) {
    return true;
  }

  /**
   * Tells whether a path names the same image everywhere and for ever, so that ids are made of it.
   */
  default boolean isKnownByPath() {
    return false;
  }
}
