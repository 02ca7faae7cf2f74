package dev.holdfast.models;

import ai.djl.ndarray.NDArray;

/**
 * A loss and its gradient with respect to the pixels.
 *
 * @param loss N float32
 * @param gradient N x C x H x W float32
 */
public record InputGradient(NDArray loss, NDArray gradient) implements AutoCloseable {

  @Override
  public void close() {
    loss.close();
    gradient.close();
  }
}
