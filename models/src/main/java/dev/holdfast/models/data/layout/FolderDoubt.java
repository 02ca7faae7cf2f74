package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.RelativePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Why the folders in a folder may be no classes. Scores on them would look like any others.
 *
 * @param folders the folders in question
 * @param looks what they look like, behind "these"
 * @param remedy what was meant instead
 */
record FolderDoubt(String folders, String looks, String remedy) {

  private static final String CLASSES = "; or add --layout folder-per-class if they are classes";
  private static final int ANCESTORS = 3;

  /** Kinds of splits, by the words that folders of them are called. */
  private static final Map<String, String> SPLITS = new HashMap<>();

  static {
    List.of("train", "trn", "training", "trainval").forEach(w -> SPLITS.put(w, "train"));
    List.of("test", "testing").forEach(w -> SPLITS.put(w, "test"));
    List.of("val", "valid", "validation", "eval", "dev").forEach(w -> SPLITS.put(w, "validation"));
    List.of("query", "queries", "probe").forEach(w -> SPLITS.put(w, "query"));
    List.of("gallery").forEach(w -> SPLITS.put(w, "gallery"));
  }

  private static final Pattern SPLIT =
      Pattern.compile(
          "(?<before>.*[ _.-])?(?<word>"
              + String.join("|", new TreeSet<>(SPLITS.keySet()))
              + ")(?<after>[ _.-]?(all|set|data|images?|imgs?|\\d+))?");

  private static final Pattern PICTURES =
      Pattern.compile("images?|imgs?|jpegimages|photos?|pictures?|pics?|rgb");

  private static final Pattern MASKS =
      Pattern.compile(
          "masks?|trimaps?|annotations?|annos?|labels?|ground[ _-]?truths?|gt([ _-].*)?|bbox(es)?"
              + "|(semantic[ _-]?)?segmentations?|segmentation(class|object)|parts?|depths?|alphas?");

  /** What is beside the picture that it belongs to. */
  private static final Pattern MASK_OF =
      Pattern.compile(
          "(.+?)[ _.-](mask|seg|segmentation|gt|label|annotation|trimap)s?([ _-]?\\d+)?",
          Pattern.CASE_INSENSITIVE);

  /** A person or vehicle, and the camera that saw it. */
  private static final Pattern IDENTITY = Pattern.compile("(-1|\\d{1,9})_c\\d+.*");

  /** Returns the first doubt about what was found in a folder. */
  static Optional<FolderDoubt> about(Path data, List<ImageSet.Entry> entries) {
    Map<String, List<String>> classes = new TreeMap<>();
    entries.forEach(
        e -> classes.computeIfAbsent(e.className(), c -> new ArrayList<>()).add(e.path()));
    return Stream.of(
            partOfAnother(data),
            holdsAnother(data, classes),
            officialWithoutLists(classes),
            identities(classes),
            splits(data, classes.keySet()),
            masks(classes.keySet()),
            tooDeep(data, classes))
        .flatMap(Optional::stream)
        .findFirst();
  }

  InputException refusal(Path data) {
    return InputException.of(
        "folders", folders, "the data " + data, "be classes, and these " + looks, remedy);
  }

  /** Returns what to say where somebody asked for the folders to be classes. */
  String note() {
    return "Folders are classes because that was asked for, although they "
        + looks
        + ": "
        + folders
        + ".";
  }

  /** Returns what to say of data about which there is no doubt that is worth a refusal. */
  static List<String> notes(List<ImageSet.Entry> entries) {
    List<String> notes = new ArrayList<>();
    List<String> odd =
        entries.stream()
            .map(ImageSet.Entry::className)
            .distinct()
            .sorted()
            .filter(
                name ->
                    SPLITS.containsKey(lower(name))
                        || MASKS.matcher(lower(name)).matches()
                        || PICTURES.matcher(lower(name)).matches())
            .toList();
    if (!odd.isEmpty()) {
      notes.add("Also these folders are classes: " + some(odd) + ".");
    }
    List<String> deep =
        entries.stream().map(ImageSet.Entry::path).filter(p -> depth(p) > 2).sorted().toList();
    if (!deep.isEmpty()) {
      notes.add(
          "%d images lie two or more folders deep, first %s; their class is the first folder."
              .formatted(deep.size(), deep.get(0)));
    }
    Set<String> stems = new HashSet<>();
    entries.forEach(e -> stems.add(stem(e.path())));
    List<String> masks =
        entries.stream()
            .map(ImageSet.Entry::path)
            .filter(
                path -> {
                  Matcher matcher = MASK_OF.matcher(stem(path));
                  return matcher.matches() && stems.contains(matcher.group(1));
                })
            .sorted()
            .toList();
    if (!masks.isEmpty()) {
      notes.add(
          "%d images look like masks of others beside them, first %s, and count as images."
              .formatted(masks.size(), masks.get(0)));
    }
    return notes;
  }

  /** Returns a path without the extension. */
  private static String stem(String path) {
    int dot = path.lastIndexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  private static Optional<FolderDoubt> partOfAnother(Path data) {
    Path above = data.toAbsolutePath().normalize().getParent();
    for (int i = 0; i < ANCESTORS && above != null; i++, above = above.getParent()) {
      for (DatasetLayout layout : DatasetLayout.all()) {
        Optional<Path> home = layout.home(above);
        if (home.isPresent() && home.get().equals(above)) {
          return Optional.of(
              new FolderDoubt(
                  RelativePath.name(data),
                  "are a part of a data set in the layout " + layout.id(),
                  "all of it was meant: " + above + CLASSES));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<FolderDoubt> holdsAnother(Path data, Map<String, List<String>> classes) {
    Map<String, String> others = new LinkedHashMap<>();
    for (String name : classes.keySet()) {
      // Looking into every folder of a large set would take long.
      if (classes.get(name).stream().allMatch(path -> depth(path) > 2)) {
        Path child = data.resolve(name);
        DatasetLayout.all().stream()
            .filter(layout -> !(layout instanceof FolderPerClass))
            .filter(layout -> layout.matches(child))
            .findFirst()
            .ifPresent(layout -> others.put(name, layout.id()));
      }
    }
    return others.entrySet().stream()
        .findFirst()
        .map(
            other ->
                new FolderDoubt(
                    some(List.copyOf(others.keySet())),
                    "look like data sets of their own (" + other.getValue() + ")",
                    "one of them was meant: " + data.resolve(other.getKey()) + CLASSES));
  }

  private static Optional<FolderDoubt> officialWithoutLists(Map<String, List<String>> classes) {
    Set<String> names = classes.keySet();
    List<String> paths = classes.values().stream().flatMap(List::stream).toList();
    String looks;
    String remedy;
    if (Cub200.areItsClasses(names)) {
      looks = "look like those of CUB-200-2011, of which half are for training";
      remedy = "they are: add --layout cub-200-2011";
    } else if (Cars196.areItsClasses(names)) {
      looks = "look like those of Cars-196, of which half are for training";
      remedy = "they are: add --layout cars-196";
    } else if (StanfordOnlineProducts.areItsImages(paths)) {
      looks = "look like those of Stanford Online Products, whose classes are in lists";
      remedy = "Ebay_train.txt and Ebay_test.txt are missing in the folder";
    } else if (InShop.areItsImages(paths)) {
      looks = "look like those of In-Shop Clothes, whose queries and gallery are in a list";
      remedy = "Eval/list_eval_partition.txt is missing beside the folder Img";
    } else {
      return Optional.empty();
    }
    return Optional.of(new FolderDoubt(some(List.copyOf(names)), looks, remedy + CLASSES));
  }

  private static Optional<FolderDoubt> identities(Map<String, List<String>> classes) {
    List<String> mixed = new ArrayList<>();
    classes.forEach(
        (name, paths) -> {
          Set<String> identities = new TreeSet<>();
          for (String path : paths) {
            Matcher matcher = IDENTITY.matcher(path.substring(path.lastIndexOf('/') + 1));
            if (!matcher.matches()) {
              return;
            }
            identities.add(matcher.group(1));
          }
          if (identities.size() > 1) {
            mixed.add(name);
          }
        });
    return mixed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FolderDoubt(
                some(mixed),
                "hold several identities each, by the names of the files (such as 0002_c1)",
                "the folder that has query and bounding_box_test in it was meant, or a manifest with path, label and group"
                    + CLASSES));
  }

  private static Optional<FolderDoubt> splits(Path data, Set<String> names) {
    Map<String, String> exact = new TreeMap<>();
    Map<String, String> all = new TreeMap<>();
    for (String name : names) {
      Matcher matcher = SPLIT.matcher(lower(name));
      if (matcher.matches()) {
        String kind = SPLITS.get(matcher.group("word"));
        all.putIfAbsent(kind, name);
        if (SPLITS.containsKey(lower(name))) {
          exact.putIfAbsent(kind, name);
        }
      }
    }
    boolean only = names.stream().allMatch(name -> SPLIT.matcher(lower(name)).matches());
    // A train is a class in many data sets; a train beside a test or a gallery is none.
    Map<String, String> kinds = only ? all : exact;
    if (!only && exact.size() < 2) {
      return Optional.empty();
    }
    String meant =
        kinds.containsKey("query") && kinds.containsKey("gallery")
            ? "they are searched in one another: replace --data by --query %s --gallery %s"
                .formatted(data.resolve(kinds.get("query")), data.resolve(kinds.get("gallery")))
            : "one of them was meant: "
                + data.resolve(
                    Stream.of("test", "validation", "query", "gallery", "train")
                        .filter(kinds::containsKey)
                        .map(kinds::get)
                        .findFirst()
                        .orElseThrow());
    return Optional.of(
        new FolderDoubt(
            some(only ? List.copyOf(names) : List.copyOf(exact.values())),
            "look like splits",
            meant + CLASSES));
  }

  private static Optional<FolderDoubt> masks(Set<String> names) {
    List<String> pictures =
        names.stream().filter(name -> PICTURES.matcher(lower(name)).matches()).toList();
    List<String> masks =
        names.stream().filter(name -> MASKS.matcher(lower(name)).matches()).toList();
    if ((masks.isEmpty() || pictures.isEmpty()) && masks.size() + pictures.size() < names.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new FolderDoubt(
            some(Stream.concat(pictures.stream(), masks.stream()).toList()),
            "look like pictures and their masks or annotations",
            "the classes stand elsewhere: list the pictures in a .csv with path and label"
                + CLASSES));
  }

  /**
   * Where every folder holds nothing but folders, classes may be any of them. Folders of the same
   * name in all, such as {@code images}, are no classes.
   */
  private static Optional<FolderDoubt> tooDeep(Path data, Map<String, List<String>> classes) {
    List<String> paths = classes.values().stream().flatMap(List::stream).toList();
    if (paths.stream().anyMatch(path -> depth(path) < 3)
        || paths.stream().map(path -> path.split("/", -1)[1]).distinct().count() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        new FolderDoubt(
            some(List.copyOf(classes.keySet())),
            "hold folders of images and no images",
            "the classes lie one folder deeper: give "
                + data.resolve(classes.keySet().iterator().next())
                + ", or list all images in a .csv with path and label"
                + CLASSES));
  }

  private static int depth(String path) {
    return path.split("/", -1).length;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String some(List<String> names) {
    return InputException.some(names);
  }
}
