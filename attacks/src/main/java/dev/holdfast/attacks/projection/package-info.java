/**
 * The budget in pixel space: norm balls, projection onto them, and arithmetic on the rows of a
 * batch. Start reading at {@link dev.holdfast.attacks.projection.Ball} for arrays of the engine and
 * at {@link dev.holdfast.attacks.projection.PixelBudget} for those of Java.
 */
package dev.holdfast.attacks.projection;
