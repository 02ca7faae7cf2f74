package dev.holdfast.attacks.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

/**
 * State of an attack: an array on the device with one row for each slot of a native batch. Single
 * rows are replaced when a query leaves its slot to another one, all of them when an attack moves
 * its images.
 */
public final class SlotArray {

  private final int rows;
  private final NDManager owner;
  private NDArray values;

  /**
   * @param owner of the array
   */
  public SlotArray(int rows, NDManager owner) {
    this.rows = rows;
    this.owner = owner;
  }

  /** Returns all rows; not to be changed or kept. */
  public NDArray values() {
    return values;
  }

  /**
   * Returns all rows on another manager, so that what is computed from them lives there; not to be
   * changed.
   */
  public NDArray on(NDManager manager) {
    NDArray view = values.stopGradient();
    view.attach(manager);
    return view;
  }

  /** Takes over an array in place of the one that was there. */
  public void replace(NDArray next) {
    if (values != null) {
      values.close();
    }
    next.attach(owner);
    values = next;
  }

  /**
   * Sets some rows.
   *
   * @param slots ascending
   * @param fresh one row for each of them; used up
   */
  public void put(int[] slots, NDArray fresh) {
    if (slots.length == rows) {
      replace(fresh);
      return;
    }
    if (values == null) {
      long[] shape = fresh.getShape().getShape().clone();
      shape[0] = rows;
      values = owner.zeros(new Shape(shape), fresh.getDataType());
    }
    for (int i = 0; i < slots.length; i++) {
      try (NDArray row = fresh.get(one(i))) {
        values.set(one(slots[i]), row);
      }
    }
    fresh.close();
  }

  /** Copies the chosen rows of an array of the same shape. */
  void take(boolean[] chosen, NDArray from) {
    for (int row = 0; row < rows; row++) {
      if (chosen[row]) {
        try (NDArray source = from.get(one(row))) {
          values.set(one(row), source);
        }
      }
    }
  }

  /** Returns a copy of one row. */
  static float[] row(NDArray array, int row) {
    try (NDArray view = array.get(one(row))) {
      return view.toFloatArray();
    }
  }

  /** Tells whether two arrays have the same numbers in one row. */
  static boolean sameRow(NDArray a, NDArray b, int row) {
    try (NDArray first = a.get(one(row));
        NDArray second = b.get(one(row))) {
      return first.contentEquals(second);
    }
  }

  /** Keeps the first axis. */
  private static NDIndex one(int row) {
    return new NDIndex("{}:{}", row, row + 1);
  }
}
