package dev.holdfast.models.data;

import dev.holdfast.metrics.error.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An official data set where it lies on disk: published numbers are comparable only with numbers on
 * all of it, so that it is counted.
 *
 * @param name what the field calls it
 * @param home the folder of the data set
 * @param subset whether less than all of it is enough
 */
public record OfficialDataset(String name, Path home, boolean subset) {

  public static final String TRAIN = "train";
  public static final String TEST = "test";

  private static final int SHOWN = 3;
  private static final String WAY_ON =
      "the download is incomplete, or some of it lies elsewhere; add --subset to use what is there";

  /**
   * How much there must be of a part.
   *
   * @param split name of the split
   * @param role role of its images; null for any
   * @param classes number of classes
   * @param images number of images; 0 where nobody has published it
   */
  public record Part(String split, Role role, int classes, int images) {

    private boolean has(ImageSet.Entry entry) {
      return entry.splits().contains(split) && (role == null || entry.role() == role);
    }

    private String word() {
      return role == null ? split : role.id();
    }
  }

  /**
   * Returns the set of what was found.
   *
   * @param mainSplit the split that is tested on
   * @throws InputException if a part is not whole, or classes are in training and test data
   */
  public ImageSet set(
      List<ImageSet.Entry> entries, ImageSource source, String mainSplit, List<Part> parts) {
    List<String> found = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (Part part : parts) {
      List<ImageSet.Entry> there = entries.stream().filter(part::has).toList();
      long classes = there.stream().map(ImageSet.Entry::className).distinct().count();
      compare(part.word() + " classes", classes, part.classes(), found, expected);
      if (part.images() > 0) {
        compare(part.word() + " images", there.size(), part.images(), found, expected);
      }
    }
    if (!subset && !found.isEmpty()) {
      throw InputException.of(
          "counts",
          String.join(", ", found),
          "the data set " + name + " in " + home,
          "be " + String.join(", ", expected),
          WAY_ON);
    }
    refuseShared(entries);
    ImageSet set = ImageSet.of(name, entries, source).official(this, mainSplit);
    return found.isEmpty()
        ? set
        : set.note(
            "This is a subset of %s: it has %s instead of %s. Its numbers compare with none that were published."
                .formatted(name, String.join(", ", found), String.join(", ", expected)));
  }

  private static void compare(
      String what, long is, long should, List<String> found, List<String> expected) {
    if (is != should) {
      found.add(is + " " + what);
      expected.add(should + " " + what);
    }
  }

  /** Splits that share classes are no splits of deep metric learning. */
  private void refuseShared(List<ImageSet.Entry> entries) {
    Set<String> train = new HashSet<>();
    Set<String> shared = new TreeSet<>();
    entries.stream().filter(e -> e.splits().contains(TRAIN)).forEach(e -> train.add(e.className()));
    entries.stream()
        .filter(e -> !e.splits().equals(Set.of(TRAIN)) && train.contains(e.className()))
        .forEach(e -> shared.add(e.className()));
    if (!shared.isEmpty()) {
      throw InputException.of(
          "classes",
          some(List.copyOf(shared)),
          "the data set " + name + " in " + home,
          "be in the training data or in the test data, not in both",
          "a list was edited");
    }
  }

  /**
   * @param missing paths without a file
   * @param total items of the part that was asked for
   * @throws InputException unless a subset is enough
   */
  void refuseMissing(List<String> missing, int total) {
    if (!subset) {
      throw InputException.of(
          "files",
          some(missing),
          "the data set " + name + " in " + home,
          "be there, and " + missing.size() + " of " + total + " are not",
          WAY_ON);
    }
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }

  /** Returns the error for something that is not as the data set's authors wrote it. */
  public InputException wrong(String key, Object value, String owner, String rule) {
    return InputException.of(
        key, value, owner + " of the data set " + name, rule, "the file is damaged or was edited");
  }

  /**
   * Returns the folder of a data set: the one that was given, or one with a known name in it.
   *
   * @param marks one of these must be in the folder, as a path relative to it
   */
  public static Optional<Path> home(Path data, List<String> names, String... marks) {
    return Stream.concat(
            Stream.of(data),
            children(data)
                .filter(
                    child ->
                        names.contains(child.getFileName().toString().toLowerCase(Locale.ROOT))))
        .filter(folder -> Arrays.stream(marks).anyMatch(m -> Files.exists(folder.resolve(m))))
        .findFirst();
  }

  /** Returns the folders in a folder, sorted, without hidden ones. */
  public static Stream<Path> children(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isDirectory)
          .filter(f -> !f.getFileName().toString().startsWith("."))
          .sorted()
          .toList()
          .stream();
    } catch (java.io.IOException e) {
      return Stream.empty();
    }
  }
}
