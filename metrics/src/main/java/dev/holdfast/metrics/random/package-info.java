/** Random numbers that depend on what they are for, never on when they are drawn. */
package dev.holdfast.metrics.random;
