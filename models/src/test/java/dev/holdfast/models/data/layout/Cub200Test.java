package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cub200Test implements OfficialLayoutContract {

  private static final List<String> CLASSES =
      List.of("001.Auk", "100.Brown_Pelican", "101.White_Pelican", "200.Yellowthroat");

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new Cub200();
  }

  @Override
  public String folder() {
    return "CUB_200_2011";
  }

  @Override
  public List<String> classes() {
    return CLASSES;
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "test", 6);
  }

  @Override
  public int testImages() {
    return 5924;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    StringBuilder list = new StringBuilder();
    int number = 0;
    for (String name : CLASSES) {
      for (int i = 0; i < 3; i++) {
        number++;
        String path = name + "/" + i + ".jpg";
        Fixtures.writeJpeg(target.resolve("images").resolve(path), number);
        list.append(number).append(' ').append(path).append('\n');
      }
    }
    Fixtures.writeText(target.resolve("images.txt"), list.toString());
    // What else lies there, and what must not be read as a split.
    Fixtures.writeText(target.resolve("train_test_split.txt"), "1 0\n2 1\n");
    Fixtures.writeText(target.resolve("bounding_boxes.txt"), "1 60.0 27.0 325.0 304.0\n");
    Fixtures.writeText(target.resolve("images/001.Auk/._0.jpg"), "resource fork");
    return target;
  }

  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    StringBuilder list = new StringBuilder();
    int number = 0;
    for (int name = 1; name <= 200; name++) {
      // 5 864 images of 100 classes, then 5 924.
      int images = name <= 100 ? 58 + (name <= 64 ? 1 : 0) : 59 + (name <= 124 ? 1 : 0);
      for (int i = name == 200 ? missing : 0; i < images; i++) {
        list.append(++number).append(" %03d.Bird/%d.jpg\n".formatted(name, i));
      }
    }
    Fixtures.writeText(target.resolve("images.txt"), list.toString());
    Fixtures.writeText(target.resolve("bounding_boxes.txt"), "");
    return target;
  }

  @Test
  void names_the_one_file_of_the_whole_set_that_is_missing() throws IOException {
    Path whole = writeLists(dir, 0);
    ImageSet set = layout().read(whole);
    for (ImageSet.Entry entry : set.entries()) {
      if (!entry.splits().contains("test")) {
        continue;
      }
      Path file = whole.resolve("images").resolve(entry.path());
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    assertThat(Splits.apply(set, null, null).items()).hasSize(5924);

    Files.delete(whole.resolve("images/150.Bird/7.jpg"));

    assertThatThrownBy(() -> Splits.apply(set, null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The files (150.Bird/7.jpg) of the data set CUB-200-2011")
        .hasMessageContaining("1 of 5924 are not");
  }

  @Test
  void reads_folders_without_a_list() throws IOException {
    ImageSet listed = read(writeTwelveImages(dir.resolve("listed")));
    Path folders = writeTwelveImages(dir.resolve("cub200"));
    Files.delete(folders.resolve("images.txt"));

    assertThat(DatasetLayout.detect(folders)).isEqualTo(layout());
    assertThat(read(folders).items()).isEqualTo(listed.items());
    assertThat(Splits.apply(read(folders), "train", null).items()).hasSize(6);
  }

  @Test
  void refuses_classes_without_a_number() throws IOException {
    Path data = writeTwelveImages(dir.resolve("fruit"));
    Files.writeString(data.resolve("images.txt"), "1 Auk/0.jpg\n");

    assertThatThrownBy(() -> read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("class (Auk) of line 1 of");
  }
}
