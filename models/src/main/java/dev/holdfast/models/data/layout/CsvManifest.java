package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import dev.holdfast.models.data.RelativePath;
import dev.holdfast.models.data.Role;
import dev.holdfast.models.image.Box;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table of images: a {@code .csv} or {@code .tsv} file, or a folder with an {@code index.csv}.
 * Its header has the columns {@code path} (relative to the table's folder) and {@code label} (the
 * name of the class), and optionally
 *
 * <ul>
 *   <li>{@code split}: {@code train}, {@code test}, {@code validation} or any other name, see
 *       {@link Splits#canonical}; what is {@code test} is tested on if nothing else is asked for
 *   <li>{@code role}: {@code query}, {@code gallery} or {@code both}, which is the default; or the
 *       same as two columns {@code is_query} and {@code is_gallery} with {@code True} or {@code
 *       False}, empty for training images, as open-metric-learning writes them
 *   <li>{@code group} (or {@code sequence}): an image is not found by queries of the same group,
 *       such as those of the same camera; empty for none
 *   <li>{@code x_1,y_1,x_2,y_2}: the part of the image that counts, see {@link Box}; empty for all
 * </ul>
 *
 * <p>Other columns are not used and named in a note. An {@code index.csv} without the first two
 * columns is ignored.
 *
 * @param root the folder that paths may start from and must stay inside; null for that of the table
 */
public record CsvManifest(Path root) implements DatasetLayout {

  private static final String INDEX = "index.csv";
  private static final String PATH = "path";
  private static final String LABEL = "label";
  private static final String SPLIT = "split";
  private static final String ROLE = "role";
  private static final String GROUP = "group";
  private static final List<String> NEEDED = List.of(PATH, LABEL);
  private static final List<String> SIDES = List.of("is_query", "is_gallery");
  private static final List<String> CORNERS = List.of("x_1", "y_1", "x_2", "y_2");

  /** What programs write where there is no value. */
  private static final Set<String> NOTHING = Set.of("", "none", "nan", "null", "na", "<na>");

  private static final Set<String> YES = Set.of("true", "1", "1.0", "yes");
  private static final Set<String> NO = Set.of("false", "0", "0.0", "no");

  /** Makes the layout of tables whose images lie in their folder. */
  public CsvManifest() {
    this(null);
  }

  @Override
  public String id() {
    return "csv-manifest";
  }

  @Override
  public String description() {
    return "FILE.csv or .tsv, or DIR/index.csv, with the columns path, label (and split, role or"
        + " is_query and is_gallery, group, x_1, y_1, x_2, y_2)";
  }

  @Override
  public String source() {
    return "";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval, or query-gallery by the column role";
  }

  @Override
  public boolean matches(Path data) {
    if (Files.isDirectory(data)) {
      Path index = data.resolve(INDEX);
      return Files.isRegularFile(index) && ManifestTable.has(index, NEEDED);
    }
    String name = data.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".csv") || name.endsWith(".tsv");
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    boolean folder = Files.isDirectory(data);
    Path file = folder ? data.resolve(INDEX) : data;
    String name = RelativePath.name(data).replaceFirst("(?i)\\.[ct]sv$", "");
    ManifestTable table = ManifestTable.read(file, NEEDED);
    if (table.rows().isEmpty()) {
      throw InputException.of(
          "number of rows", 0, "the manifest " + file, "be at least 2", "the file was cut off");
    }
    refuseHalves(table, file);
    Reader reader = new Reader(ManifestPaths.of(file, root), table.hasColumn(SIDES.get(0)));
    table.rows().forEach(reader::read);
    ImageSet set =
        ImageSet.of(
            name,
            reader.entries,
            new ImageFiles(reader.paths.root(), reader.spellings, reader.boxes));
    for (String note : reader.notes(table)) {
      set = set.note(note);
    }
    return set;
  }

  /** Columns that mean something together, or in one another's place. */
  private static void refuseHalves(ManifestTable table, Path file) {
    for (List<String> together : List.of(SIDES, CORNERS)) {
      List<String> there = together.stream().filter(table::hasColumn).toList();
      if (!there.isEmpty() && there.size() < together.size()) {
        throw InputException.of(
            "columns",
            String.join(",", there),
            "the manifest " + file,
            "be " + String.join(",", together) + ", or none of them",
            "a column was lost");
      }
    }
    if (table.hasColumn(ROLE) && table.hasColumn(SIDES.get(0))) {
      throw InputException.of(
          "columns",
          ROLE + "," + String.join(",", SIDES),
          "the manifest " + file,
          "be one of them, since both say the same",
          "leave the column role out");
    }
  }

  private static boolean isKnown(String column) {
    return NEEDED.contains(column)
        || SIDES.contains(column)
        || CORNERS.contains(column)
        || List.of(SPLIT, ROLE, GROUP).contains(column);
  }

  /** Collects what rows say. */
  private static final class Reader {

    private final ManifestPaths paths;
    private final boolean sides;
    private final List<ImageSet.Entry> entries = new ArrayList<>();
    private final Map<String, String> spellings = new HashMap<>();
    private final Map<String, Box> boxes = new HashMap<>();
    private final Map<String, String> splits = new HashMap<>();
    private int onNoSide;

    Reader(ManifestPaths paths, boolean sides) {
      this.paths = paths;
      this.sides = sides;
    }

    void read(ManifestTable.Row row) {
      String path = paths.locate(row.value(PATH), row.owner());
      String label = row.value(LABEL);
      if (label.isEmpty()) {
        throw InputException.of(LABEL, label, row.owner(), "name a class", "leave that row out");
      }
      String split = split(row);
      Optional<Role> role = sides ? sides(row, split) : Optional.of(role(row));
      if (role.isEmpty()) {
        onNoSide++;
        return;
      }
      Optional<Box> box = box(row);
      String item = path;
      if (box.isPresent()) {
        // One image may have several items in it, which are told apart by their boxes.
        item = path + "[" + box.get().text() + "]";
        boxes.put(RelativePath.composed(item), box.get());
        spellings.put(RelativePath.composed(item), path);
      }
      entries.add(
          new ImageSet.Entry(
              item,
              label,
              split.isEmpty() ? Set.of() : Set.of(split),
              role.get(),
              isNothing(row.value(GROUP)) ? "" : row.value(GROUP)));
    }

    private String split(ManifestTable.Row row) {
      String written = row.value(SPLIT);
      if (isNothing(written)) {
        return "";
      }
      String lower = written.toLowerCase(Locale.ROOT);
      String split = Splits.canonical(written);
      String other = splits.putIfAbsent(split, lower);
      if (other != null && !other.equals(lower)) {
        throw InputException.of(
            SPLIT,
            written,
            row.owner(),
            "be " + other + ", since both names mean " + split,
            "they are two parts: give one of them another name");
      }
      return split;
    }

    private static Role role(ManifestTable.Row row) {
      String role = row.value(ROLE).toLowerCase(Locale.ROOT);
      return isNothing(role) ? Role.BOTH : Role.of(role, row.owner());
    }

    /** Returns the role that two columns say; nothing for an image that has none. */
    private static Optional<Role> sides(ManifestTable.Row row, String split) {
      if (split.equals(OfficialDataset.TRAIN)) {
        return Optional.of(Role.BOTH);
      }
      boolean query = isTrue(row, SIDES.get(0));
      boolean gallery = isTrue(row, SIDES.get(1));
      return query
          ? Optional.of(gallery ? Role.BOTH : Role.QUERY)
          : gallery ? Optional.of(Role.GALLERY) : Optional.empty();
    }

    private static boolean isTrue(ManifestTable.Row row, String column) {
      String word = row.value(column).toLowerCase(Locale.ROOT);
      if (!YES.contains(word) && !NO.contains(word)) {
        throw InputException.of(
            column,
            row.value(column),
            row.owner(),
            "be True or False",
            "this is a training image: say so in the column split");
      }
      return YES.contains(word);
    }

    private static Optional<Box> box(ManifestTable.Row row) {
      List<String> words = CORNERS.stream().map(row::value).toList();
      if (words.stream().allMatch(Reader::isNothing)) {
        return Optional.empty();
      }
      // Columns that are empty in some rows become floating point numbers in pandas.
      if (words.stream().allMatch(word -> word.matches("\\d{1,9}(\\.0*)?"))) {
        int[] corner =
            words.stream()
                .mapToInt(word -> Integer.parseInt(word.replaceAll("\\..*", "")))
                .toArray();
        if (corner[0] < corner[2] && corner[1] < corner[3]) {
          return Optional.of(new Box(corner[0], corner[1], corner[2], corner[3]));
        }
      }
      throw InputException.of(
          "box",
          String.join(",", words),
          row.owner(),
          "be x_1,y_1,x_2,y_2 in whole pixels, with x_1 left of x_2 and y_1 above y_2",
          "leave all four empty where the whole image is meant");
    }

    private static boolean isNothing(String word) {
      return NOTHING.contains(word.toLowerCase(Locale.ROOT));
    }

    List<String> notes(ManifestTable table) {
      List<String> notes = new ArrayList<>();
      List<String> unused = table.columnsBesides(CsvManifest::isKnown);
      if (!unused.isEmpty()) {
        notes.add("Columns of the manifest that were not used: " + String.join(", ", unused) + ".");
      }
      if (!boxes.isEmpty()) {
        notes.add("%d images were cut out of their files by boxes.".formatted(boxes.size()));
      }
      if (onNoSide > 0) {
        notes.add("%d rows are neither query nor gallery and were left out.".formatted(onNoSide));
      }
      return notes;
    }
  }
}
