package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StanfordOnlineProductsTest implements OfficialLayoutContract {

  private static final String HEADER = "image_id class_id super_class_id path\n";

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new StanfordOnlineProducts();
  }

  @Override
  public String folder() {
    return "Stanford_Online_Products";
  }

  @Override
  public List<String> classes() {
    return List.of("00002", "00010", "11319", "22634");
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "test", 6);
  }

  @Override
  public int testImages() {
    return 60502;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    StringBuilder train = new StringBuilder(HEADER);
    StringBuilder test = new StringBuilder(HEADER);
    int[] products = {2, 10, 11319, 22634};
    for (int i = 0; i < 12; i++) {
      int product = products[i / 3];
      String path =
          (i % 2 == 0 ? "bicycle" : "coffee_maker") + "_final/%d_%d.JPG".formatted(product, i);
      Fixtures.writeJpeg(target.resolve(path), i);
      (product < 11319 ? train : test)
          .append("%d %d %d %s\n".formatted(i + 1, product, i % 2 + 1, path));
    }
    Fixtures.writeText(target.resolve("Ebay_train.txt"), train.toString());
    Fixtures.writeText(target.resolve("Ebay_test.txt"), test.toString());
    return target;
  }

  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    write(target.resolve("Ebay_train.txt"), 1, 11318, 59551);
    write(target.resolve("Ebay_test.txt"), 11319, 11316, 60502 - missing);
    return target;
  }

  private static void write(Path file, int first, int products, int images) {
    StringBuilder list = new StringBuilder(HEADER);
    for (int i = 0; i < images; i++) {
      int product = first + i % products;
      list.append(i + 1).append(' ').append(product).append(" 1 bicycle_final/");
      list.append(product).append('_').append(i).append(".JPG\r\n");
    }
    Fixtures.writeText(file, list.toString());
  }

  @Test
  void reads_lists_and_images_in_folders_of_their_own() throws IOException {
    Path flat = writeTwelveImages(dir.resolve("flat"));
    List<ImageItem> expected = read(flat).items();
    Path deep = Files.createDirectories(dir.resolve("online_products"));
    Files.createDirectories(deep.resolve("Info_Files"));
    Files.createDirectories(deep.resolve("images"));
    for (String name : List.of("Ebay_train.txt", "Ebay_test.txt")) {
      Files.move(flat.resolve(name), deep.resolve("Info_Files").resolve(name));
    }
    for (String name : List.of("bicycle_final", "coffee_maker_final")) {
      Files.move(flat.resolve(name), deep.resolve("images").resolve(name));
    }

    assertThat(DatasetLayout.detect(deep)).isEqualTo(layout());
    assertThat(read(deep).items()).isEqualTo(expected);
    assertThat(Splits.apply(read(deep), null, null).notes()).hasSize(1);
  }

  @Test
  void refuses_a_product_that_is_trained_on_and_tested_on() throws IOException {
    Path data = writeTwelveImages(dir);
    Path test = data.resolve("Ebay_test.txt");
    Files.writeString(test, Files.readString(test).replace(" 22634 ", " 10 "));

    assertThatThrownBy(() -> read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("classes (00010)")
        .hasMessageContaining("not in both");
  }

  @Test
  void names_the_line_that_is_cut_off() throws IOException {
    Path data = writeTwelveImages(dir);
    Files.writeString(data.resolve("Ebay_test.txt"), HEADER + "7 11319 1 a.JPG\n8 11319 1\n");

    assertThatThrownBy(() -> read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 3 of " + data.resolve("Ebay_test.txt"))
        .hasMessageContaining("4 words");
  }
}
