/**
 * Data sets: items with classes, splits and stable ids, and their resized pixels on disk. Start
 * reading at {@link dev.holdfast.models.data.ImageSet}.
 */
package dev.holdfast.models.data;
