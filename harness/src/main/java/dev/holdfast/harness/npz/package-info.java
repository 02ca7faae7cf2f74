/** Arrays in NumPy's file formats, for use elsewhere. */
package dev.holdfast.harness.npz;
