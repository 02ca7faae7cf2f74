/** Decodes JPEG files to the levels that libjpeg-turbo gives, in Java alone. */
package dev.holdfast.models.image.jpeg;
