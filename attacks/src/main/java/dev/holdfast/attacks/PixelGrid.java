package dev.holdfast.attacks;

import dev.holdfast.models.data.InputSpec;

/**
 * How the values of an image lie: channel by channel, row by row.
 *
 * @param channels 1 or 3
 * @param height in pixels
 * @param width in pixels
 */
record PixelGrid(int channels, int height, int width) {

  /** Returns that of a task. */
  static PixelGrid of(AttackTask task) {
    InputSpec spec = task.model().card().input().spec();
    return new PixelGrid(spec.color().channels(), spec.height(), spec.width());
  }

  /** Returns where a value stands. */
  int at(int channel, int row, int column) {
    return (channel * height + row) * width + column;
  }

  /** Returns the number of values in one channel. */
  int plane() {
    return height * width;
  }

  /** Returns the number of values. */
  int values() {
    return channels * plane();
  }
}
