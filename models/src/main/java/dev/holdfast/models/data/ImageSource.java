package dev.holdfast.models.data;

import java.io.IOException;

/** Where the pixels of a set come from. Safe for use by several threads. */
interface ImageSource {

  /**
   * @throws IOException if there is no readable image; the message is the reason, without the path
   */
  RgbImage decode(ImageItem item) throws IOException;

  /** Returns a hash of what {@link #decode} would read, or {@code missing}. */
  String contentHash(ImageItem item);
}
