package dev.holdfast.models.data.layout;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import dev.holdfast.models.data.RelativePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Struct;

/**
 * Cars-196 (Krause et al., "3D object representations for fine-grained categorization", 3dRR-13).
 * By the custom of deep metric learning the first 98 classes are trained on and the other 98 tested
 * on, each image against all others; the field {@code test} of the annotations is for
 * classification and not read. Also as folders of classes, whose sorted names have the order of the
 * class numbers at that border.
 */
public record Cars196() implements DatasetLayout {

  private static final String NAME = "Cars-196";
  private static final List<String> FOLDERS =
      List.of("cars196", "cars-196", "cars_196", "cars", "stanford_cars");
  private static final String ANNOTATIONS = "cars_annos.mat";
  private static final String IMAGES = "images";

  /** What files begin with that are HDF5 inside. */
  private static final String HEAD = "MATLAB 7.3 MAT-file";

  /** Every class is a model of some year. */
  private static final Pattern CLASS = Pattern.compile(".+ (19|20)\\d\\d");

  /** Where folders have names and no numbers: class 98 is an Eagle, class 99 a FIAT. */
  private static final String FIRST_TEST_LETTER = "F";

  private static final int CLASSES = 196;
  private static final int TRAIN_CLASSES = 98;
  private static final List<OfficialDataset.Part> PARTS =
      List.of(
          new OfficialDataset.Part(OfficialDataset.TRAIN, null, 98, 8054),
          new OfficialDataset.Part(OfficialDataset.TEST, null, 98, 8131));

  @Override
  public String id() {
    return "cars-196";
  }

  @Override
  public String description() {
    return "DIR/cars_annos.mat and DIR/car_ims/<NNNNNN>.jpg, or DIR/images/<class>/<image>.jpg";
  }

  @Override
  public String source() {
    return "Krause et al., 3dRR-13";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval, split=test|train|all";
  }

  @Override
  public Optional<Path> home(Path data) {
    return OfficialDataset.home(data, FOLDERS, ANNOTATIONS).or(() -> folders(data));
  }

  /** Tells whether folders are all classes of this set and no others. */
  static boolean areItsClasses(Set<String> names) {
    return names.size() == CLASSES && names.stream().allMatch(n -> CLASS.matcher(n).matches());
  }

  private static Optional<Path> folders(Path data) {
    return OfficialDataset.home(data, FOLDERS, IMAGES)
        .filter(
            home -> {
              List<Path> classes = OfficialDataset.children(home.resolve(IMAGES)).toList();
              return !classes.isEmpty()
                  && classes.stream()
                      .allMatch(c -> CLASS.matcher(c.getFileName().toString()).matches());
            });
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Optional<Path> annotated = OfficialDataset.home(data, FOLDERS, ANNOTATIONS);
    if (annotated.isPresent()) {
      OfficialDataset official = new OfficialDataset(NAME, annotated.get(), subset);
      return official.set(
          annotated(official), new ImageFiles(annotated.get()), OfficialDataset.TEST, PARTS);
    }
    Path home = folders(data).orElse(data);
    Path images = Files.isDirectory(home.resolve(IMAGES)) ? home.resolve(IMAGES) : home;
    FolderPerClass.Found found = FolderPerClass.find(images);
    List<ImageSet.Entry> entries =
        found.entries().stream()
            .map(
                e ->
                    new ImageSet.Entry(
                        e.path(),
                        e.className(),
                        e.className().compareTo(FIRST_TEST_LETTER) < 0
                            ? OfficialDataset.TRAIN
                            : OfficialDataset.TEST))
            .toList();
    return new OfficialDataset(NAME, home, subset)
        .set(entries, new ImageFiles(images, found.spellings()), OfficialDataset.TEST, PARTS);
  }

  private static List<ImageSet.Entry> annotated(OfficialDataset official) {
    Path file = official.home().resolve(ANNOTATIONS);
    List<ImageSet.Entry> entries = new ArrayList<>();
    try (MatFile mat = Mat5.readFromFile(file.toFile())) {
      Struct annotations = mat.getStruct("annotations");
      Cell names = mat.getCell("class_names");
      for (int i = 0; i < annotations.getNumElements(); i++) {
        String written = annotations.getChar("relative_im_path", i).getString();
        int number = annotations.getMatrix("class", i).getInt(0);
        String owner = "annotation " + (i + 1) + " in " + file;
        String path =
            RelativePath.normalize(written)
                .orElseThrow(
                    () -> official.wrong("path", written, owner, "lie inside the data set"));
        if (number < 1 || number > names.getNumElements()) {
          throw official.wrong("class", number, owner, "be from 1 to " + names.getNumElements());
        }
        String className =
            String.format(Locale.ROOT, "%03d.%s", number, names.getChar(number - 1).getString());
        entries.add(
            new ImageSet.Entry(
                path,
                className,
                number <= TRAIN_CLASSES ? OfficialDataset.TRAIN : OfficialDataset.TEST));
      }
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The reader of such files fails in many ways on what is none; few of them say why.
      throw new InputException(
          "The file (%s) must be a whole MATLAB 5 file with the arrays annotations and class_names.%nMaybe %s."
              .formatted(
                  file,
                  isNewer(file)
                      ? "it was saved by MATLAB 7.3 or later: save it again with the option -v7"
                      : "the download is incomplete"),
          e);
    }
    return entries;
  }

  private static boolean isNewer(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD.length()), StandardCharsets.ISO_8859_1).equals(HEAD);
    } catch (IOException e) {
      return false;
    }
  }
}
