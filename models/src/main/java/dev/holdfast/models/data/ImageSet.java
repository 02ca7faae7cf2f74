package dev.holdfast.models.data;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The images of a data set with their classes. Immutable.
 *
 * <p>The label of an item is always the index of its class in {@link #classNames()}, and means
 * nothing in another set. Item ids belong to what is in the files: see {@link Identities}. The
 * files are read when items are asked for, not before.
 */
public final class ImageSet {

  private final Origin origin;
  private final String part;
  private final List<Entry> entries;
  private final List<String> classNames;
  private final List<String> notes;
  private Identified identified;

  /**
   * What all parts of a set have in common.
   *
   * @param whole every image
   * @param identities who they are
   * @param mainSplit the split that is meant to be tested on; null if there is none
   * @param official what the set must hold to be the official one; null if it is nobody's
   */
  private record Origin(
      String name,
      ImageSource source,
      List<Entry> whole,
      Identities identities,
      String mainSplit,
      OfficialDataset official,
      boolean oneImageGallery) {}

  /**
   * What is known when the files were read.
   *
   * @param items in order of path
   * @param contentHashes by id
   * @param fingerprint see {@link #fingerprint}
   * @param merged number of images that were listed as a query and in the gallery
   */
  private record Identified(
      List<ImageItem> items, Map<Long, String> contentHashes, String fingerprint, int merged) {}

  private ImageSet(
      Origin origin,
      String part,
      List<Entry> entries,
      List<String> classNames,
      List<String> notes) {
    this.origin = origin;
    this.part = part;
    this.entries = List.copyOf(entries);
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
  public record Entry(String path, String className, Set<String> splits, Role role, String group) {

    /** An image of a set without queries and gallery of its own. */
    public Entry(String path, String className, String... splits) {
      this(path, className, Set.of(splits), Role.BOTH, "");
    }
  }

  /**
   * Returns the set of some images.
   *
   * @throws InputException if two paths are equal
   */
  public static ImageSet of(String name, List<Entry> found, ImageSource source) {
    Set<String> paths = new HashSet<>();
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : found) {
      String path = RelativePath.composed(entry.path());
      if (!paths.add(path)) {
        throw InputException.of(
            "path",
            path,
            "the data set " + name,
            "be listed once",
            path.indexOf('\ufffd') >= 0
                ? "two names are not in the encoding of this system: rename them"
                : "a row was copied, or two names look alike and differ in how accents are"
                    + " encoded");
      }
      entries.add(
          new Entry(
              path,
              RelativePath.composed(entry.className()),
              Set.copyOf(entry.splits()),
              entry.role(),
              entry.group()));
    }
    // Entries of one path stay in the order in which they are listed: ids depend on it.
    entries.sort(Comparator.comparing(Entry::path));
    String main = entries.stream().anyMatch(e -> e.splits().contains("test")) ? "test" : null;
    Identities identities = new Identities(entries, source, true);
    Origin origin = new Origin(name, source, entries, identities, main, null, false);
    return new ImageSet(origin, "all", entries, classNames(entries), List.of());
  }

  /**
   * Returns the set in which the images of one set are searched for among those of another. Classes
   * are compared by name. An image that is in both is one image, which is not compared with itself.
   *
   * @param queries those that may be queries are taken
   * @param gallery those that may be found are taken
   */
  public static ImageSet pair(ImageSet queries, ImageSet gallery) {
    Map<String, ImageSource> sources = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    for (Role role : List.of(Role.QUERY, Role.GALLERY)) {
      ImageSet side = role == Role.QUERY ? queries : gallery;
      sources.put(role.id(), side.origin.source());
      side.entries.stream()
          .filter(e -> role == Role.QUERY ? e.role().asks() : e.role().answers())
          .map(
              e ->
                  new Entry(role.id() + "/" + e.path(), e.className(), e.splits(), role, e.group()))
          .forEach(entries::add);
    }
    ImageSet pair =
        of(queries.name() + "+" + gallery.name(), entries, new TwoSources(Map.copyOf(sources)));
    for (String note : queries.notes) {
      pair = pair.note("Of the queries: " + note);
    }
    for (String note : gallery.notes) {
      pair = pair.note("Of the gallery: " + note);
    }
    return pair;
  }

  private static List<String> classNames(List<Entry> entries) {
    return entries.stream().map(Entry::className).distinct().sorted().toList();
  }

  /**
   * @throws InputException if there is only one class
   */
  public ImageSet retrievable() {
    if (classNames.size() < 2) {
      throw InputException.of(
          "number of classes",
          classNames.size(),
          "the data set " + name() + (part.equals("all") ? "" : " (" + part + ")"),
          "be at least 2, since retrieval tells classes apart",
          "the folder of one class was given instead of the folder above it");
    }
    return this;
  }

  /**
   * Reads the files, unless that was done, so that every image has its id.
   *
   * @param progress hears how many files are read
   * @return this
   */
  public ImageSet identify(Progress progress) {
    identified(progress);
    return this;
  }

  private synchronized Identified identified(Progress progress) {
    if (identified == null) {
      identified = identify(origin.identities().of(entries, progress));
    }
    return identified;
  }

  private Identified identify(List<Identities.Identity> identities) {
    Map<String, Integer> labels = new HashMap<>();
    classNames.forEach(name -> labels.put(name, labels.size()));
    Map<Long, ImageItem> items = new LinkedHashMap<>();
    Map<Long, String> hashes = new HashMap<>();
    Map<Long, Integer> copies = new HashMap<>();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Identities.Identity identity = identities.get(i);
      long id = identity.id();
      ImageItem item =
          new ImageItem(
              id,
              entry.path(),
              entry.className(),
              labels.get(entry.className()),
              entry.role(),
              entry.group());
      ImageItem other = items.get(id);
      if (other != null) {
        refuseOther(other, item, identity, hashes.get(id), copies.get(id));
        // The place of a query is what reports name.
        ImageItem named = entry.role() == Role.QUERY ? item : other;
        items.put(id, named.withRole(Role.BOTH));
        continue;
      }
      items.put(id, item);
      hashes.put(id, identity.contentHash());
      copies.put(id, identity.copy());
      parts.add(identity.contentHash() + "\n" + entry.className() + "\n" + identity.copy() + "\n");
    }
    List<ImageItem> ordered = new ArrayList<>(items.values());
    ordered.sort(Comparator.comparing(ImageItem::path));
    return new Identified(
        List.copyOf(ordered), hashes, fingerprint(parts), entries.size() - items.size());
  }

  /** Among a million images, 64 bits are equal by chance once in 37 million data sets. */
  private void refuseOther(
      ImageItem one, ImageItem other, Identities.Identity identity, String hash, int copy) {
    if (!one.className().equals(other.className())
        || !hash.equals(identity.contentHash())
        || copy != identity.copy()) {
      throw new InputException(
          "The images %s and %s of the data set %s must have different ids.%nMaybe leave one of them out."
              .formatted(one.path(), other.path(), origin.name()));
    }
  }

  /** Neither names nor the order of files count. */
  private static String fingerprint(List<String> parts) {
    MessageDigest digest = Sha256.digest();
    parts.stream().sorted().forEach(part -> digest.update(part.getBytes(StandardCharsets.UTF_8)));
    return Sha256.hex(digest);
  }

  /** Returns the same set with what makes it an official one. */
  ImageSet official(OfficialDataset official, String mainSplit) {
    Origin named =
        new Origin(
            origin.name(),
            origin.source(),
            origin.whole(),
            // Whoever compares with published numbers searches as the lists say, copies and all.
            new Identities(origin.whole(), origin.source(), false),
            mainSplit,
            official,
            origin.oneImageGallery());
    return new ImageSet(named, part, entries, classNames, notes);
  }

  /** Returns the same set, to be searched by {@link Protocol#ONE_IMAGE_GALLERY}. */
  public ImageSet oneImageGallery() {
    Origin drawn =
        new Origin(
            origin.name(),
            origin.source(),
            origin.whole(),
            origin.identities(),
            origin.mainSplit(),
            origin.official(),
            true);
    return new ImageSet(drawn, part, entries, classNames, notes);
  }

  /** Returns the same set with one more of {@link #notes()}. */
  public ImageSet note(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new ImageSet(origin, part, entries, classNames, more);
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

  /** Returns the items, sorted by path. The files are read unless they were. */
  public List<ImageItem> items() {
    return identified(Progress.NONE).items();
  }

  /** Returns what was listed, sorted by path. */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * Returns the SHA-256 over what tells the images apart: content, class and count of equal files.
   */
  public String fingerprint() {
    return identified(Progress.NONE).fingerprint();
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
    return items().stream().allMatch(i -> i.role() == Role.BOTH)
        ? Protocol.SELF_RETRIEVAL
        : Protocol.QUERY_GALLERY;
  }

  /** Returns sentences that whoever reads results on this set should know. */
  public List<String> notes() {
    return notes;
  }

  /** Returns how many images were listed twice: as a query, and in the gallery. */
  int merged() {
    return identified(Progress.NONE).merged();
  }

  /** Returns the names of the splits that the data set's authors made, sorted. */
  public List<String> splitNames() {
    Set<String> names = new TreeSet<>();
    origin.whole().forEach(entry -> names.addAll(entry.splits()));
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
   * Returns the SHA-256 that an item's file had when it got its id, or {@code missing} if it could
   * not be read. For drawn images it is that of the pixels.
   */
  public String contentHash(ImageItem item) {
    return identified(Progress.NONE).contentHashes().get(item.id());
  }

  /**
   * Returns the items of some classes. Labels count anew: they are the indexes among the classes
   * kept, so that 0 up to the number of classes is without gaps for training. Ids stay.
   *
   * @throws InputException if fewer than two classes remain
   */
  public ImageSet keepClasses(Set<String> kept) {
    return keep(part, entry -> kept.contains(entry.className()));
  }

  /**
   * Returns the {@code count} items that come first in the order of {@code seed}, or all if there
   * are no more. Classes and labels stay as they are, so that the items can be queries to this set.
   */
  public ImageSet limit(int count, long seed) {
    if (count >= items().size()) {
      return this;
    }
    Set<Long> first =
        items().stream()
            .sorted((a, b) -> Long.compareUnsigned(order(seed, a), order(seed, b)))
            .limit(count)
            .map(ImageItem::id)
            .collect(Collectors.toSet());
    List<Identities.Identity> identities = origin.identities().of(entries, Progress.NONE);
    List<Entry> chosen =
        IntStream.range(0, entries.size())
            .filter(i -> first.contains(identities.get(i).id()))
            .mapToObj(entries::get)
            .toList();
    return new ImageSet(origin, part, chosen, classNames, notes);
  }

  private static long order(long seed, ImageItem item) {
    return CounterRng.order(seed, item.id());
  }

  /**
   * Returns the images that fit, with labels counted anew, as a part with that name.
   *
   * @throws InputException if fewer than two classes remain
   */
  public ImageSet keep(String name, Predicate<Entry> fits) {
    List<Entry> kept = entries.stream().filter(fits).toList();
    return new ImageSet(origin, name, kept, classNames(kept), notes).retrievable();
  }

  /**
   * Checks that the files of an official set are there; where a subset is enough, leaves out those
   * that are not.
   *
   * @throws InputException if files are missing that must be there
   */
  public ImageSet complete() {
    if (origin.official() == null) {
      return this;
    }
    Set<String> missing =
        entries.parallelStream()
            .map(Entry::path)
            .filter(path -> !origin.source().exists(path))
            .collect(Collectors.toCollection(TreeSet::new));
    if (missing.isEmpty()) {
      return this;
    }
    origin.official().refuseMissing(List.copyOf(missing), entries.size());
    return keep(part, entry -> !missing.contains(entry.path()))
        .note(
            "%d of %d images of this part are not there and were left out."
                .formatted(missing.size(), entries.size()));
  }
}
