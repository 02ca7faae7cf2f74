package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.data.Role;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InShopTest implements OfficialLayoutContract {

  private static final String HEADER = "image_name item_id evaluation_status\n";

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new InShop();
  }

  @Override
  public String folder() {
    return "In-shop_Clothes";
  }

  @Override
  public List<String> classes() {
    return List.of("id_00000001", "id_00000002", "id_00000010", "id_00007982");
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "test", 6);
  }

  @Override
  public int testImages() {
    return 14218 + 12612;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    StringBuilder list = new StringBuilder("12\n" + HEADER);
    int[] items = {2, 10, 1, 7982};
    for (int i = 0; i < 12; i++) {
      int item = items[i / 3];
      String path = "img/WOMEN/Dresses/id_%08d/%02d_1_front.jpg".formatted(item, i);
      Fixtures.writeJpeg(target.resolve("Img").resolve(path), i);
      String status = i < 6 ? "train" : i % 3 == 0 ? "query" : "gallery";
      list.append("%-70s id_%08d %s\n".formatted(path, item, status));
    }
    Fixtures.writeText(target.resolve("Eval/list_eval_partition.txt"), list.toString());
    return target;
  }

  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    StringBuilder list = new StringBuilder("52712\n" + HEADER);
    append(list, "train", 1, 3997, 25882);
    append(list, "query", 3998, 3985, 14218 - missing);
    append(list, "gallery", 3998, 3985, 12612);
    Fixtures.writeText(target.resolve("Eval/list_eval_partition.txt"), list.toString());
    return target;
  }

  private static void append(StringBuilder list, String status, int first, int items, int images) {
    for (int i = 0; i < images; i++) {
      int item = first + i % items;
      list.append(
          "img/MEN/%s/id_%08d/%d.jpg id_%08d %s\n".formatted(status, item, i, item, status));
    }
  }

  @Test
  void is_searched_from_queries_to_the_gallery() throws IOException {
    ImageSet test = Splits.apply(read(writeTwelveImages(dir)), null, null);

    assertThat(test.protocol()).isEqualTo(Protocol.QUERY_GALLERY);
    QueryGallerySplit draw = test.protocol().draw(test.items()).get(0);
    assertThat(test.protocol().draw(test.items())).hasSize(1);
    assertThat(draw.queries()).hasSize(2);
    assertThat(draw.gallery()).hasSize(4);
    assertThat(Arrays.stream(draw.queries()).mapToObj(test.items()::get))
        .allMatch(item -> item.role() == Role.QUERY);
    assertThat(Arrays.stream(draw.gallery()).mapToObj(test.items()::get))
        .allMatch(item -> item.role() == Role.GALLERY);
  }

  @Test
  void is_trained_on_without_queries_and_gallery() throws IOException {
    ImageSet train = Splits.apply(read(writeTwelveImages(dir)), "train", null);

    assertThat(train.protocol()).isEqualTo(Protocol.SELF_RETRIEVAL);
  }

  @Test
  void reads_images_without_the_folder_above_and_a_list_beside_them() throws IOException {
    ImageSet expected = read(writeTwelveImages(dir.resolve("a")));
    Path data = writeTwelveImages(dir.resolve("b"));
    Files.move(data.resolve("Img/img"), data.resolve("img"));
    Files.delete(data.resolve("Img"));
    Files.move(
        data.resolve("Eval/list_eval_partition.txt"), data.resolve("list_eval_partition.txt"));

    assertThat(DatasetLayout.detect(data)).isEqualTo(layout());
    assertThat(read(data).items()).isEqualTo(expected.items());
    assertThat(Splits.apply(read(data), null, null).items()).hasSize(6);
  }

  @Test
  void is_not_taken_for_another_data_set_with_such_a_list() throws IOException {
    Fixtures.twelveImages(dir);
    Fixtures.writeText(dir.resolve("list_eval_partition.txt"), "000001.jpg 0\n000002.jpg 1\n");

    assertThat(DatasetLayout.detect(dir)).isEqualTo(new FolderPerClass());
  }

  @Test
  void refuses_a_status_that_does_not_exist() throws IOException {
    Path list = writeTwelveImages(dir).resolve("Eval/list_eval_partition.txt");
    Files.writeString(list, Files.readString(list).replaceFirst("gallery", "galery"));

    assertThatThrownBy(() -> read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("status (galery) of line 10 of " + list);
  }
}
