/**
 * Operations on images of floats that corruptions are made of: filters, resampling, codecs, random
 * fields. Start reading at {@link dev.holdfast.attacks.imaging.PixelImage}.
 */
package dev.holdfast.attacks.imaging;
