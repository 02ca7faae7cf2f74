package dev.holdfast.models.training;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.PixelCache;
import java.util.List;
import java.util.stream.Collectors;

/** The images of a {@link PixelCache} that was opened for the input of the recipe. */
public final class StoredImages implements TrainingImages {

  private final PixelCache store;
  private final List<ImageItem> items;

  /**
   * Wraps a store.
   *
   * @param store stays open, and is closed by its owner
   */
  public StoredImages(PixelCache store) {
    this.store = store;
    this.items = store.items();
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public long label(int index) {
    return items.get(index).label();
  }

  @Override
  public void pixels(int index, float[] out, int offset) {
    store.input(index, out, offset);
  }

  /** The hash of paths and contents, and one of the classes: a manifest may change these alone. */
  @Override
  public String fingerprint() {
    String classes =
        items.stream().map(i -> i.path() + "\t" + i.className()).collect(Collectors.joining("\n"));
    return "%s-%016x".formatted(store.fingerprint(), CounterRng.hash(classes));
  }
}
