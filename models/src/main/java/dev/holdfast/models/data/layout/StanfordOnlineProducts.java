package dev.holdfast.models.data.layout;

import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Stanford Online Products (Oh Song et al., "Deep metric learning via lifted structured feature
 * embedding", CVPR 2016): products on eBay, each image of the test products against all others. The
 * two lists lie beside the images or in {@code Info_Files}; the images in the folder itself or in
 * {@code images}.
 */
public record StanfordOnlineProducts() implements DatasetLayout {

  private static final String NAME = "Stanford Online Products";
  private static final List<String> FOLDERS =
      List.of("stanford_online_products", "online_products", "sop");
  private static final String TRAIN_LIST = "Ebay_train.txt";
  private static final String TEST_LIST = "Ebay_test.txt";
  private static final String INFO = "Info_Files";
  private static final String IMAGES = "images";
  private static final List<OfficialDataset.Part> PARTS =
      List.of(
          new OfficialDataset.Part(OfficialDataset.TRAIN, null, 11318, 59551),
          new OfficialDataset.Part(OfficialDataset.TEST, null, 11316, 60502));

  @Override
  public String id() {
    return "stanford-online-products";
  }

  @Override
  public String description() {
    return "DIR/Ebay_train.txt, DIR/Ebay_test.txt and DIR/<kind>_final/<image>.JPG";
  }

  @Override
  public String source() {
    return "Oh Song et al., CVPR 2016 (1511.06452)";
  }

  @Override
  public String protocol() {
    return "protocol=self-retrieval, split=test|train|all";
  }

  @Override
  public Optional<Path> home(Path data) {
    return OfficialDataset.home(data, FOLDERS, TEST_LIST, INFO + "/" + TEST_LIST);
  }

  /** Tells whether images are stored by kind of product, as those of this set. */
  static boolean areItsImages(List<String> paths) {
    return paths.stream().allMatch(path -> path.matches("[^/]+_final/\\d+_\\d+\\.\\w+"));
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Path home = home(data).orElse(data);
    Path lists = Files.exists(home.resolve(TEST_LIST)) ? home : home.resolve(INFO);
    List<ImageSet.Entry> entries = new ArrayList<>();
    read(lists.resolve(TRAIN_LIST), OfficialDataset.TRAIN, entries);
    read(lists.resolve(TEST_LIST), OfficialDataset.TEST, entries);
    Path images = home.resolve(IMAGES);
    return new OfficialDataset(NAME, home, subset)
        .set(
            entries,
            new ImageFiles(Files.isDirectory(images) ? images : home),
            OfficialDataset.TEST,
            PARTS);
  }

  /** Lines are image id, class id, super class id and path, below a header. */
  private static void read(Path list, String split, List<ImageSet.Entry> entries) {
    for (TextTable.Row row : TextTable.read(list, 4, 1).rows()) {
      String className = String.format(Locale.ROOT, "%05d", row.number(1));
      entries.add(new ImageSet.Entry(row.path(3), className, split));
    }
  }
}
