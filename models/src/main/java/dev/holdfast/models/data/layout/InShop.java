package dev.holdfast.models.data.layout;

import dev.holdfast.models.data.ImageFiles;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.OfficialDataset;
import dev.holdfast.models.data.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * In-Shop Clothes Retrieval (Liu et al., "DeepFashion: powering robust clothes recognition and
 * retrieval with rich annotations", CVPR 2016): photographs of clothes are searched for in a
 * gallery of others.
 */
public record InShop() implements DatasetLayout {

  private static final String NAME = "In-Shop Clothes";
  private static final List<String> FOLDERS =
      List.of("inshop_clothes", "in-shop_clothes", "in_shop_clothes", "inshop", "in-shop");
  private static final String LIST = "list_eval_partition.txt";
  private static final String EVAL = "Eval";
  private static final String IMAGES = "Img";
  private static final Pattern ITEM = Pattern.compile("id_(\\d+)");
  private static final int HEAD = 2;
  private static final List<OfficialDataset.Part> PARTS =
      List.of(
          new OfficialDataset.Part(OfficialDataset.TRAIN, null, 3997, 25882),
          new OfficialDataset.Part(OfficialDataset.TEST, Role.QUERY, 3985, 14218),
          new OfficialDataset.Part(OfficialDataset.TEST, Role.GALLERY, 3985, 12612));

  @Override
  public String id() {
    return "in-shop";
  }

  @Override
  public String description() {
    return "DIR/Eval/list_eval_partition.txt and DIR/Img/img/**/<image>.jpg";
  }

  @Override
  public String source() {
    return "Liu et al., CVPR 2016";
  }

  @Override
  public String protocol() {
    return "protocol=query-gallery, split=test|train|all";
  }

  @Override
  public Optional<Path> home(Path data) {
    // Other data sets of the same authors have a list of that name, but other lines in it.
    return OfficialDataset.home(data, FOLDERS, EVAL + "/" + LIST, LIST)
        .filter(
            home -> {
              try {
                return TextFile.read(list(home))
                    .lines()
                    .skip(1)
                    .findFirst()
                    .orElse("")
                    .contains("item_id");
              } catch (java.io.IOException e) {
                return false;
              }
            });
  }

  /** Tells whether images are stored by item, as those of this set. */
  static boolean areItsImages(List<String> paths) {
    return paths.stream()
        .allMatch(
            path -> Stream.of(path.split("/", -1)).anyMatch(part -> part.matches("id_\\d{8}")));
  }

  private static Path list(Path home) {
    Path inside = home.resolve(EVAL).resolve(LIST);
    return Files.exists(inside) ? inside : home.resolve(LIST);
  }

  @Override
  public ImageSet read(Path data, boolean subset) {
    Path home = home(data).orElse(data);
    OfficialDataset official = new OfficialDataset(NAME, home, subset);
    List<ImageSet.Entry> entries = new ArrayList<>();
    for (TextTable.Row row : TextTable.read(list(home), 3, HEAD).rows()) {
      entries.add(entry(row, official));
    }
    Path images = home.resolve(IMAGES);
    return official.set(
        entries,
        new ImageFiles(Files.isDirectory(images) ? images : home),
        OfficialDataset.TEST,
        PARTS);
  }

  private static ImageSet.Entry entry(TextTable.Row row, OfficialDataset official) {
    Matcher item = ITEM.matcher(row.word(1));
    if (!item.matches()) {
      throw official.wrong("item", row.word(1), row.owner(), "be id_ and a number");
    }
    String className = "id_%08d".formatted(row.number(item.group(1)));
    return switch (row.word(2)) {
      case "train" -> new ImageSet.Entry(row.path(0), className, OfficialDataset.TRAIN);
      case "query" ->
          new ImageSet.Entry(row.path(0), className, Set.of(OfficialDataset.TEST), Role.QUERY, "");
      case "gallery" ->
          new ImageSet.Entry(
              row.path(0), className, Set.of(OfficialDataset.TEST), Role.GALLERY, "");
      default ->
          throw official.wrong("status", row.word(2), row.owner(), "be train, query or gallery");
    };
  }
}
