package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The images of a data set with their classes. Immutable.
 *
 * <p>The label of an item is always the index of its class in {@link #classNames()}. Item ids
 * depend on nothing but the path.
 */
public final class ImageSet {

  private final String name;
  private final List<ImageItem> items;
  private final List<String> classNames;
  private final Map<Long, String> splits;
  private final ImageSource source;

  private ImageSet(
      String name,
      List<ImageItem> items,
      List<String> classNames,
      Map<Long, String> splits,
      ImageSource source) {
    this.name = name;
    this.items = List.copyOf(items);
    this.classNames = List.copyOf(classNames);
    this.splits = splits;
    this.source = source;
  }

  /**
   * One image that a layout has found.
   *
   * @param path the normalised relative path
   * @param className the class
   * @param split the split that the data set's authors put it in, empty if they did not say
   */
  record Entry(String path, String className, String split) {}

  /**
   * @throws InputException if two paths are equal or have the same hash, or there is only one class
   */
  static ImageSet of(String name, List<Entry> entries, ImageSource source) {
    List<String> classNames = entries.stream().map(Entry::className).distinct().sorted().toList();
    if (classNames.size() < 2) {
      throw InputException.of(
          "number of classes",
          classNames.size(),
          "the data set " + name,
          "be at least 2, since retrieval tells classes apart",
          "the folder of one class was given instead of the folder above it");
    }
    Map<String, Integer> labels = indexes(classNames);
    Map<Long, String> paths = new HashMap<>();
    Map<Long, String> splits = new HashMap<>();
    List<ImageItem> items = new ArrayList<>();
    for (Entry entry : entries) {
      long id = CounterRng.hash(entry.path());
      String other = paths.put(id, entry.path());
      if (other != null) {
        throw other.equals(entry.path())
            ? InputException.of(
                "path", other, "the data set " + name, "be listed once", "a row was copied")
            : new InputException(
                "The paths %s and %s of the data set %s must have different hashes.%nMaybe rename one of them."
                    .formatted(other, entry.path(), name));
      }
      if (!entry.split().isEmpty()) {
        splits.put(id, entry.split());
      }
      items.add(new ImageItem(id, entry.path(), entry.className(), labels.get(entry.className())));
    }
    items.sort(Comparator.comparing(ImageItem::path));
    return new ImageSet(name, items, classNames, Map.copyOf(splits), source);
  }

  /** Returns the name of the data set, the name of its folder as a rule. */
  public String name() {
    return name;
  }

  /** Returns the items, sorted by path. */
  public List<ImageItem> items() {
    return items;
  }

  /** Returns the names of the classes, sorted. Some have no items in a {@link #limit} of a set. */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * Reads one image at its own size.
   *
   * @throws IOException if there is no readable image; the message is the reason, without the path
   */
  public RgbImage decode(ImageItem item) throws IOException {
    return source.decode(item);
  }

  /** Decodes the content with that hash; see {@link ImageSource#decode(ImageItem, String)}. */
  RgbImage decode(ImageItem item, String contentHash) throws IOException {
    return source.decode(item, contentHash);
  }

  /**
   * Returns the SHA-256 of an item's file, or {@code missing} if it cannot be read. For drawn
   * images it is that of the pixels.
   */
  public String contentHash(ImageItem item) {
    return source.contentHash(item);
  }

  /**
   * Returns the items of some classes. Labels count anew: they are the indexes among the classes
   * kept, so that 0 up to the number of classes is without gaps for training. Ids stay.
   *
   * @throws InputException if fewer than two classes remain
   */
  public ImageSet keepClasses(Set<String> kept) {
    return keep(item -> kept.contains(item.className()));
  }

  /**
   * Returns the {@code count} items that come first in the order of {@code seed}, or all if there
   * are no more. Classes and labels stay as they are, so that the items can be queries to this set.
   */
  public ImageSet limit(int count, long seed) {
    if (count >= items.size()) {
      return this;
    }
    List<ImageItem> chosen = new ArrayList<>(items);
    chosen.sort((a, b) -> Long.compareUnsigned(order(seed, a), order(seed, b)));
    List<ImageItem> first = new ArrayList<>(chosen.subList(0, count));
    first.sort(Comparator.comparing(ImageItem::path));
    return new ImageSet(name, first, classNames, splits, source);
  }

  private static long order(long seed, ImageItem item) {
    return CounterRng.order(seed, item.id());
  }

  /** Returns what the data set's authors call the split of an item, if they say. */
  Optional<String> split(ImageItem item) {
    return Optional.ofNullable(splits.get(item.id()));
  }

  /** Returns the items that fit, with labels counted anew. */
  ImageSet keep(Predicate<ImageItem> fits) {
    List<Entry> entries =
        items.stream()
            .filter(fits)
            .map(i -> new Entry(i.path(), i.className(), split(i).orElse("")))
            .toList();
    return of(name, entries, source);
  }

  private static Map<String, Integer> indexes(List<String> names) {
    Map<String, Integer> indexes = new TreeMap<>();
    for (String name : names) {
      indexes.put(name, indexes.size());
    }
    return indexes;
  }
}
