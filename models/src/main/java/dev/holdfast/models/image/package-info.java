/**
 * Images: how files are decoded, to the same levels on every platform, and resized to what a model
 * takes. Start reading at {@link dev.holdfast.models.image.ImageDecoder} and {@link
 * dev.holdfast.models.image.Resizer}.
 */
package dev.holdfast.models.image;
