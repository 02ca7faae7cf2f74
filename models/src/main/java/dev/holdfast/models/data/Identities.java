package dev.holdfast.models.data;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What tells the images of a data set apart: the content of the file, the class, and a count of
 * equal files of that class in order of path. Names of files and folders are no part of it, so that
 * the same image has the same id whatever folder was named, and two images never share one because
 * their names are alike.
 *
 * <p>Files are read when somebody asks for their class for the first time, and once. All files of a
 * class are counted, so that a split changes no id. Safe for use by several threads.
 */
final class Identities {

  /** For tests: with the value {@code path}, ids are hashes of the paths as they once were. */
  private static final String SWITCH = "holdfast.ids";

  private static final String TASK = "reading";

  private final List<ImageSet.Entry> whole;
  private final ImageSource source;
  private final boolean paired;
  private final boolean byPath = "path".equals(System.getProperty(SWITCH));
  private final IdentityHashMap<ImageSet.Entry, Identity> known = new IdentityHashMap<>();
  private final Set<String> counted = new LinkedHashSet<>();

  /**
   * @param whole every image of the data set, in order of path
   * @param paired whether a query and an image of the gallery that are equal are one image
   */
  Identities(List<ImageSet.Entry> whole, ImageSource source, boolean paired) {
    this.whole = whole;
    this.source = source;
    this.paired = paired;
  }

  /**
   * Who an image is.
   *
   * @param id 64 bits that belong to the content, the class and the copy
   * @param contentHash SHA-256 of the file, or {@code missing}
   * @param copy number of equal images of the class that come before
   */
  record Identity(long id, String contentHash, int copy) {}

  /** An image, and which of its sides have been met among the entries. */
  private static final class Copies {

    private final String group;
    private boolean asks;
    private boolean answers;

    Copies(ImageSet.Entry first) {
      group = first.group();
      take(first);
    }

    boolean isOtherSideOf(ImageSet.Entry entry) {
      return group.equals(entry.group())
          && !(asks && entry.role().asks())
          && !(answers && entry.role().answers());
    }

    void take(ImageSet.Entry entry) {
      asks |= entry.role().asks();
      answers |= entry.role().answers();
    }
  }

  /** Returns who some entries are; {@code progress} hears of files if any must be read. */
  synchronized List<Identity> of(List<ImageSet.Entry> entries, Progress progress) {
    Set<String> classes = new LinkedHashSet<>();
    entries.forEach(entry -> classes.add(entry.className()));
    classes.removeAll(counted);
    if (!classes.isEmpty()) {
      count(whole.stream().filter(e -> classes.contains(e.className())).toList(), progress);
      counted.addAll(classes);
    }
    return entries.stream().map(known::get).toList();
  }

  private void count(List<ImageSet.Entry> entries, Progress progress) {
    Map<String, String> hashes = hashes(entries, progress);
    Map<String, List<Copies>> copies = new HashMap<>();
    for (ImageSet.Entry entry : entries) {
      String hash = hashes.get(entry.path());
      String content = hash + "\n" + entry.className();
      // Of what cannot be read nobody knows whether it is the same.
      boolean comparable = paired && !hash.equals(ImageFiles.MISSING);
      int copy = number(copies.computeIfAbsent(content, c -> new ArrayList<>()), entry, comparable);
      long id =
          byPath || source.isKnownByPath()
              ? CounterRng.hash(entry.path())
              : Sha256.first64(content + "\n" + copy);
      known.put(entry, new Identity(id, hash, copy));
    }
  }

  private static int number(List<Copies> copies, ImageSet.Entry entry, boolean comparable) {
    for (int copy = 0; comparable && copy < copies.size(); copy++) {
      if (copies.get(copy).isOtherSideOf(entry)) {
        copies.get(copy).take(entry);
        return copy;
      }
    }
    copies.add(new Copies(entry));
    return copies.size() - 1;
  }

  private Map<String, String> hashes(List<ImageSet.Entry> entries, Progress progress) {
    Set<String> paths = new LinkedHashSet<>();
    entries.forEach(entry -> paths.add(entry.path()));
    Map<String, String> hashes = new ConcurrentHashMap<>();
    StepCounter counter = new StepCounter(TASK, progress, paths.size());
    paths.parallelStream()
        .forEach(
            path -> {
              hashes.put(path, source.contentHash(path));
              counter.step();
            });
    return hashes;
  }
}
