package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The images of a data set with their classes. Immutable.
 *
 * <p>The label of an item is always the index of its class in {@link #classNames()}. Item ids
 * depend on nothing but the path.
 */
public final class ImageSet {

  private final Origin origin;
  private final String part;
  private final List<ImageItem> items;
  private final List<String> classNames;
  private final List<String> notes;

  /**
   * What all parts of a set have in common.
   *
   * @param splits the splits that the data set's authors put an item in, by id
   * @param mainSplit the split that is meant to be tested on; null if there is none
   * @param official what the set must hold to be the official one; null if it is nobody's
   */
  private record Origin(
      String name,
      ImageSource source,
      Map<Long, Set<String>> splits,
      String mainSplit,
      Official official,
      boolean oneImageGallery) {}

  private ImageSet(
      Origin origin,
      String part,
      List<ImageItem> items,
      List<String> classNames,
      List<String> notes) {
    this.origin = origin;
    this.part = part;
    this.items = List.copyOf(items);
    this.classNames = List.copyOf(classNames);
    this.notes = List.copyOf(notes);
  }

  /**
   * One image that a layout has found.
   *
   * @param path the normalised relative path
   * @param className the class
   * @param splits the splits that the data set's authors put it in
   * @param role query, gallery or both
   * @param group see {@link ImageItem#group}
   */
  record Entry(String path, String className, Set<String> splits, Role role, String group) {

    /** An image of a set without queries and gallery of its own. */
    Entry(String path, String className, String... splits) {
      this(path, className, Set.of(splits), Role.BOTH, "");
    }
  }

  /**
   * Returns the set of some images.
   *
   * @throws InputException if two paths are equal or have the same hash, or there is only one class
   */
  static ImageSet of(String name, List<Entry> entries, ImageSource source) {
    Map<Long, String> paths = new HashMap<>();
    Map<Long, Set<String>> splits = new HashMap<>();
    List<ImageItem> items = new ArrayList<>();
    for (Entry entry : entries) {
      String path = RelativePath.composed(entry.path());
      long id = CounterRng.hash(path);
      String other = paths.put(id, path);
      if (other != null) {
        throw other.equals(path)
            ? InputException.of(
                "path",
                other,
                "the data set " + name,
                "be listed once",
                other.indexOf('\ufffd') >= 0
                    ? "two names are not in the encoding of this system: rename them"
                    : "a row was copied, or two names look alike and differ in how accents are"
                        + " encoded")
            : new InputException(
                "The paths %s and %s of the data set %s must have different hashes.%nMaybe rename one of them."
                    .formatted(other, path, name));
      }
      if (!entry.splits().isEmpty()) {
        splits.put(id, Set.copyOf(entry.splits()));
      }
      items.add(
          new ImageItem(
              id, path, RelativePath.composed(entry.className()), -1, entry.role(), entry.group()));
    }
    items.sort(Comparator.comparing(ImageItem::path));
    String main = splits.values().stream().anyMatch(s -> s.contains("test")) ? "test" : null;
    Origin origin = new Origin(name, source, Map.copyOf(splits), main, null, false);
    return labelled(origin, "all", items, List.of());
  }

  /** Counts labels anew. */
  private static ImageSet labelled(
      Origin origin, String part, List<ImageItem> items, List<String> notes) {
    List<String> names = items.stream().map(ImageItem::className).distinct().sorted().toList();
    if (names.size() < 2) {
      throw InputException.of(
          "number of classes",
          names.size(),
          "the data set " + origin.name() + (part.equals("all") ? "" : " (" + part + ")"),
          "be at least 2, since retrieval tells classes apart",
          "the folder of one class was given instead of the folder above it");
    }
    Map<String, Integer> labels = new TreeMap<>();
    names.forEach(name -> labels.put(name, labels.size()));
    List<ImageItem> relabelled =
        items.stream()
            .map(
                i ->
                    new ImageItem(
                        i.id(),
                        i.path(),
                        i.className(),
                        labels.get(i.className()),
                        i.role(),
                        i.group()))
            .toList();
    return new ImageSet(origin, part, relabelled, names, notes);
  }

  /** Returns the same set with what makes it an official one. */
  ImageSet official(Official official, String mainSplit) {
    Origin named =
        new Origin(
            origin.name(),
            origin.source(),
            origin.splits(),
            mainSplit,
            official,
            origin.oneImageGallery());
    return new ImageSet(named, part, items, classNames, notes);
  }

  /** Returns the same set, to be searched by {@link Protocol#ONE_IMAGE_GALLERY}. */
  ImageSet oneImageGallery() {
    Origin drawn =
        new Origin(
            origin.name(),
            origin.source(),
            origin.splits(),
            origin.mainSplit(),
            origin.official(),
            true);
    return new ImageSet(drawn, part, items, classNames, notes);
  }

  /** Returns the same set with one more of {@link #notes()}. */
  ImageSet note(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new ImageSet(origin, part, items, classNames, more);
  }

  /** Returns the name of the data set, the name of its folder as a rule. */
  public String name() {
    return origin.name();
  }

  /**
   * Returns which part of the data set this is: {@code all}, the name of a split such as {@code
   * test}, or what {@link Splits#apply} was given.
   */
  public String part() {
    return part;
  }

  /** Returns the items, sorted by path. */
  public List<ImageItem> items() {
    return items;
  }

  /** Returns the names of the classes, sorted. Some have no items in a {@link #limit} of a set. */
  public List<String> classNames() {
    return classNames;
  }

  /** Returns how the set is searched. */
  public Protocol protocol() {
    if (origin.oneImageGallery()) {
      return Protocol.ONE_IMAGE_GALLERY;
    }
    return items.stream().allMatch(i -> i.role() == Role.BOTH)
        ? Protocol.SELF_RETRIEVAL
        : Protocol.QUERY_GALLERY;
  }

  /** Returns sentences that whoever reads results on this set should know. */
  public List<String> notes() {
    return notes;
  }

  /** Returns the names of the splits that the data set's authors made, sorted. */
  public List<String> splitNames() {
    Set<String> names = new TreeSet<>();
    origin.splits().values().forEach(names::addAll);
    return List.copyOf(names);
  }

  /** Returns the split that its authors test on; empty where they did not say. */
  public Optional<String> mainSplit() {
    return Optional.ofNullable(origin.mainSplit());
  }

  /**
   * Reads one image at its own size.
   *
   * @throws IOException if there is no readable image; the message is the reason, without the path
   */
  public RgbImage decode(ImageItem item) throws IOException {
    return origin.source().decode(item);
  }

  /** Decodes the content with that hash; see {@link ImageSource#decode(ImageItem, String)}. */
  RgbImage decode(ImageItem item, String contentHash) throws IOException {
    return origin.source().decode(item, contentHash);
  }

  /**
   * Returns the SHA-256 of an item's file, or {@code missing} if it cannot be read. For drawn
   * images it is that of the pixels.
   */
  public String contentHash(ImageItem item) {
    return origin.source().contentHash(item);
  }

  /**
   * Returns the items of some classes. Labels count anew: they are the indexes among the classes
   * kept, so that 0 up to the number of classes is without gaps for training. Ids stay.
   *
   * @throws InputException if fewer than two classes remain
   */
  public ImageSet keepClasses(Set<String> kept) {
    return keep(part, item -> kept.contains(item.className()));
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
    return new ImageSet(origin, part, first, classNames, notes);
  }

  private static long order(long seed, ImageItem item) {
    return CounterRng.order(seed, item.id());
  }

  /** Returns the splits that the data set's authors put an item in, if they say. */
  Set<String> splits(ImageItem item) {
    return origin.splits().getOrDefault(item.id(), Collections.emptySet());
  }

  /** Returns the items that fit, with labels counted anew, as a part with that name. */
  ImageSet keep(String name, Predicate<ImageItem> fits) {
    return labelled(origin, name, items.stream().filter(fits).toList(), notes);
  }

  /**
   * Checks that the files of an official set are there; where a subset is enough, leaves out those
   * that are not.
   *
   * @throws InputException if files are missing that must be there
   */
  ImageSet complete() {
    if (origin.official() == null) {
      return this;
    }
    List<ImageItem> missing =
        items.parallelStream().filter(i -> !origin.source().exists(i)).toList();
    if (missing.isEmpty()) {
      return this;
    }
    origin.official().refuseMissing(missing, items.size());
    Set<ImageItem> gone = Set.copyOf(missing);
    return keep(part, i -> !gone.contains(i))
        .note(
            "%d of %d images of this part are not there and were left out."
                .formatted(missing.size(), items.size()));
  }
}
