package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VehicleIdTest implements OfficialLayoutContract {

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new VehicleId();
  }

  @Override
  public String folder() {
    return "VehicleID_V1.0";
  }

  @Override
  public List<String> classes() {
    return List.of("00007", "00123", "02400", "23781");
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "small", 6, "medium", 6, "large", 6);
  }

  @Override
  public int testImages() {
    return 6493;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    int[] vehicles = {123, 7, 23781, 2400};
    StringBuilder train = new StringBuilder();
    StringBuilder test = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      Fixtures.writeJpeg(target.resolve("image/%07d.jpg".formatted(i)), i);
      (i < 6 ? train : test).append("%07d %d\n".formatted(i, vehicles[i / 3]));
    }
    Path lists = target.resolve("train_test_split");
    Fixtures.writeText(lists.resolve("train_list.txt"), train.toString());
    for (int size : new int[] {800, 1600, 2400}) {
      Fixtures.writeText(lists.resolve("test_list_%d.txt".formatted(size)), test.toString());
    }
    return target;
  }

  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    Path lists = target.resolve("train_test_split");
    write(lists.resolve("train_list.txt"), 0, 13164, 13164);
    write(lists.resolve("test_list_800.txt"), 20000, 800, 6493 - missing);
    write(lists.resolve("test_list_1600.txt"), 30000, 1600, 1600);
    write(lists.resolve("test_list_2400.txt"), 40000, 2400, 2400);
    return target;
  }

  private static void write(Path file, int first, int vehicles, int images) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < images; i++) {
      list.append("%d%06d %d\n".formatted(first, i, first + i % vehicles));
    }
    Fixtures.writeText(file, list.toString());
  }

  @Test
  void draws_one_image_of_each_vehicle_ten_times() throws IOException {
    ImageSet test = Splits.apply(read(writeTwelveImages(dir)), "medium", null);
    List<QueryGallerySplit> draws = test.protocol().draw(test.items());

    assertThat(test.protocol()).isEqualTo(Protocol.ONE_IMAGE_GALLERY);
    assertThat(draws).hasSize(10);
    Set<List<Integer>> galleries = new HashSet<>();
    for (QueryGallerySplit draw : draws) {
      assertThat(draw.gallery()).hasSize(2).isSorted();
      assertThat(Arrays.stream(draw.gallery()).mapToLong(i -> test.items().get(i).label()))
          .containsExactlyInAnyOrder(0L, 1L);
      assertThat(draw.queries()).hasSize(4).isSorted();
      assertThat(Arrays.stream(draw.queries()).boxed())
          .doesNotContainAnyElementsOf(Arrays.stream(draw.gallery()).boxed().toList());
      galleries.add(Arrays.stream(draw.gallery()).boxed().toList());
    }
    assertThat(galleries).hasSizeGreaterThan(3);
    assertThat(test.protocol().draw(test.items())).usingRecursiveComparison().isEqualTo(draws);
  }

  @Test
  void a_subset_may_lack_lists() throws IOException {
    Path data = writeTwelveImages(dir);
    Files.delete(data.resolve("train_test_split/train_list.txt"));
    Files.delete(data.resolve("train_test_split/test_list_2400.txt"));

    assertThat(read(data).splitNames()).containsExactly("medium", "small");
    assertThatThrownBy(() -> layout().read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("train_list.txt");
  }

  @Test
  void an_empty_list_is_a_part_without_classes() throws IOException {
    Path data = writeTwelveImages(dir);
    Files.writeString(data.resolve("train_test_split/test_list_800.txt"), "");

    assertThatThrownBy(() -> Splits.apply(read(data), null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("number of classes (0) of the data set VehicleID (small)");
  }

  @Test
  void refuses_lists_that_contradict_each_other() throws IOException {
    Path list = writeTwelveImages(dir).resolve("train_test_split/test_list_1600.txt");
    Files.writeString(list, Files.readString(list).replaceFirst(" 23781", " 5"));

    assertThatThrownBy(() -> read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("vehicle (5) of line 1 of " + list);
  }

  @Test
  void a_byte_order_mark_in_a_list_loses_no_image() throws IOException {
    List<ImageItem> expected = read(writeTwelveImages(dir.resolve("plain"))).items();
    Path data = writeTwelveImages(dir.resolve("marked"));
    for (String list : new String[] {"train_list.txt", "test_list_800.txt"}) {
      Path file = data.resolve("train_test_split").resolve(list);
      Files.writeString(file, "\ufeff" + Files.readString(file).replace("\n", "\r\n"));
    }

    assertThat(read(data).items()).isEqualTo(expected);
    assertThat(Splits.apply(read(data), "small", null).items()).hasSize(6);
  }
}
