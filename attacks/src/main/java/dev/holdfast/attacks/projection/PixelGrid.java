package dev.holdfast.attacks.projection;

import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.models.image.InputSpec;

/**
 * How the values of an image lie: channel by channel, row by row.
 *
 * @param channels 1 or 3
 * @param height in pixels
 * @param width in pixels
 */
public record PixelGrid(int channels, int height, int width) {

  /** Returns that of a task. */
  public static PixelGrid of(AttackTask task) {
    InputSpec spec = task.model().card().input().spec();
    return new PixelGrid(spec.color().channels(), spec.height(), spec.width());
  }

  /** Returns where a value stands. */
  public int at(int channel, int row, int column) {
    return (channel * height + row) * width + column;
  }

  /** Returns the number of values in one channel. */
  public int plane() {
    return height * width;
  }

  /** Returns the number of values. */
  public int values() {
    return channels * plane();
  }
}
