package dev.holdfast.models.data.layout;

import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CUB-200-2011, birds (Wah et al., "The Caltech-UCSD Birds-200-2011 dataset", CNS-TR-2011-001). By
 * the custom of deep metric learning the first 100 classes are trained on and the other 100 tested
 * on, each image against all others; {@code train_test_split.txt} is for classification and not
 * read. Also without {@code images.txt}, as folders alone, and as the folder {@code images} alone
 * where this layout is named.
 */
public record Cub200() implements DatasetLayout {

  private static final String NAME = "CUB-200-2011";
  private static final List<String> FOLDERS =
      List.of("cub_200_2011", "cub-200-2011", "cub200", "cub200_2011", "cub");
  private static final String LIST = "images.txt";
  private static final String IMAGES = "images";
  private static final Pattern CLASS = Pattern.compile("(\\d{3})\\..+");
  private static final int CLASSES = 200;
  private static final int TRAIN_CLASSES = 100;
  private static final List<OfficialDataset.Part> PARTS =
      List.of(
          new OfficialDataset.Part(OfficialDataset.TRAIN, null, 100, 5864),
          new OfficialDataset.Part(OfficialDataset.TEST, null, 100, 5924));

  @Override
  public String id() {
    return "cub-200-2011";
  }

  @Override
  public String description() {
    return "DIR/images/<NNN.class>/<image>.jpg, with images.txt or without it";
  }

  @Override
  public String source() {
    return "Wah et al., CNS-TR-2011-001";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval, split=test|train|all";
  }

  @Override
  public Optional<Path> home(Path data) {
    return OfficialDataset.home(data, FOLDERS, IMAGES, LIST)
        .filter(
            home -> {
              List<Path> classes = OfficialDataset.children(home.resolve(IMAGES)).toList();
              return classes.isEmpty()
                  ? Files.isRegularFile(home.resolve(LIST))
                      && Files.exists(home.resolve("bounding_boxes.txt"))
                  : classes.stream()
                      .allMatch(c -> CLASS.matcher(c.getFileName().toString()).matches());
            });
  }

  /** Tells whether folders are all classes of this set and no others. */
  static boolean areItsClasses(Set<String> names) {
    return names.size() == CLASSES
        && names.stream()
            .map(CLASS::matcher)
            .allMatch(m -> m.matches() && Integer.parseInt(m.group(1)) <= CLASSES);
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Path home = home(data).orElse(data);
    OfficialDataset official = new OfficialDataset(NAME, home, subset);
    List<ImageSet.Entry> entries = new ArrayList<>();
    Map<String, String> spellings = Map.of();
    Path list = home.resolve(LIST);
    Path inside = home.resolve(IMAGES);
    Path images = Files.exists(list) || Files.isDirectory(inside) ? inside : home;
    if (Files.exists(list)) {
      for (TextTable.Row row : TextTable.read(list, 2, 0).rows()) {
        String path = row.path(1);
        entries.add(entry(official, path, path.replaceFirst("/.*", ""), row.owner()));
      }
    } else {
      FolderPerClass.Found found = FolderPerClass.find(images);
      spellings = found.spellings();
      for (ImageSet.Entry entry : found.entries()) {
        entries.add(entry(official, entry.path(), entry.className(), home.toString()));
      }
    }
    return official.set(entries, new ImageFiles(images, spellings), OfficialDataset.TEST, PARTS);
  }

  private static ImageSet.Entry entry(
      OfficialDataset official, String path, String className, String owner) {
    Matcher matcher = CLASS.matcher(className);
    if (!matcher.matches()) {
      throw official.wrong("class", className, owner, "begin with a number of three digits");
    }
    boolean train = Integer.parseInt(matcher.group(1)) <= TRAIN_CLASSES;
    return new ImageSet.Entry(
        path, className, train ? OfficialDataset.TRAIN : OfficialDataset.TEST);
  }
}
