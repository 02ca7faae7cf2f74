/**
 * Data sets: where images lie, how they are decoded and resized, and the drawn set {@code shapes}.
 */
package dev.holdfast.models.data;
