package dev.holdfast.models.data.layout;

import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * PKU VehicleID (Liu et al., "Deep relative distance learning: tell the difference between similar
 * vehicles", CVPR 2016). The test lists are the splits {@code small}, {@code medium} and {@code
 * large}; each is searched by {@link Protocol#ONE_IMAGE_GALLERY}. The lists were revised after the
 * paper, so that the number of images is known for the small one alone.
 */
public record VehicleId() implements DatasetLayout {

  private static final String NAME = "VehicleID";
  private static final List<String> FOLDERS =
      List.of("vehicleid_v1.0", "vehicleid", "pku-vehicleid", "vehicle_id");
  private static final String LISTS = "train_test_split";
  private static final String IMAGES = "image";
  private static final String SMALL = "small";
  private static final String MEDIUM = "medium";
  private static final String LARGE = "large";
  private static final String SMALL_LIST = "test_list_800.txt";

  private static final List<OfficialDataset.Part> PARTS =
      List.of(
          new OfficialDataset.Part(OfficialDataset.TRAIN, null, 13164, 0),
          new OfficialDataset.Part(SMALL, null, 800, 6493),
          new OfficialDataset.Part(MEDIUM, null, 1600, 0),
          new OfficialDataset.Part(LARGE, null, 2400, 0));

  @Override
  public String id() {
    return "vehicle-id";
  }

  @Override
  public String description() {
    return "DIR/train_test_split/{train_list,test_list_{800,1600,2400}}.txt and DIR/image/*.jpg";
  }

  @Override
  public String source() {
    return "Liu et al., CVPR 2016";
  }

  @Override
  public String protocol() {
    return "protocol=one-image-gallery (10 draws), split=small|medium|large|train|all";
  }

  @Override
  public Optional<Path> home(Path data) {
    return OfficialDataset.home(data, FOLDERS, LISTS + "/" + SMALL_LIST, LISTS + "/train_list.txt");
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Path home = home(data).orElse(data);
    OfficialDataset official = new OfficialDataset(NAME, home, subset);
    Map<String, Integer> vehicles = new LinkedHashMap<>();
    Map<String, Set<String>> splits = new TreeMap<>();
    lists()
        .forEach(
            (split, file) -> {
              Path list = home.resolve(LISTS).resolve(file);
              if (subset && !Files.exists(list)) {
                return;
              }
              for (TextTable.Row row : TextTable.read(list, 2, 0).rows()) {
                String path = IMAGES + "/" + row.word(0) + ".jpg";
                Integer other = vehicles.put(path, row.number(1));
                if (other != null && other != row.number(1)) {
                  throw official.wrong(
                      "vehicle", row.number(1), row.owner(), "be the same in every list");
                }
                if (!splits.computeIfAbsent(path, p -> new TreeSet<>()).add(split)) {
                  throw official.wrong("image", row.word(0), row.owner(), "be listed once");
                }
              }
            });
    List<ImageSet.Entry> entries = new ArrayList<>();
    splits.forEach(
        (path, names) ->
            entries.add(
                new ImageSet.Entry(
                    path,
                    String.format(Locale.ROOT, "%05d", vehicles.get(path)),
                    names,
                    Role.BOTH,
                    "")));
    return official.set(entries, new ImageFiles(home), SMALL, PARTS).oneImageGallery();
  }

  private static Map<String, String> lists() {
    Map<String, String> lists = new LinkedHashMap<>();
    lists.put(OfficialDataset.TRAIN, "train_list.txt");
    lists.put(SMALL, SMALL_LIST);
    lists.put(MEDIUM, "test_list_1600.txt");
    lists.put(LARGE, "test_list_2400.txt");
    return lists;
  }
}
