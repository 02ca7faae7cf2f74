package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.data.Role;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Market1501Test implements OfficialLayoutContract {

  private static final String TRAIN = "bounding_box_train/";
  private static final String QUERY = "query/";
  private static final String GALLERY = "bounding_box_test/";

  @TempDir private Path dir;
  private final List<FileSystem> archives = new ArrayList<>();

  @AfterEach
  void closeArchives() throws IOException {
    for (FileSystem archive : archives) {
      archive.close();
    }
  }

  @Override
  public DatasetLayout layout() {
    return new Market1501();
  }

  @Override
  public String folder() {
    return "Market-1501-v15.09.15";
  }

  @Override
  public List<String> classes() {
    return List.of("0001", "0002", "0007", "1501");
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "test", 6);
  }

  @Override
  public int testImages() {
    return 3368 + 15913;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    int number = 0;
    for (int identity : new int[] {2, 7}) {
      for (int camera = 1; camera <= 3; camera++) {
        Fixtures.writeJpeg(target.resolve(TRAIN + name(identity, camera, 0)), ++number);
      }
    }
    for (int identity : new int[] {1, 1501}) {
      Fixtures.writeJpeg(target.resolve(QUERY + name(identity, 1, 0)), ++number);
      Fixtures.writeJpeg(target.resolve(GALLERY + name(identity, 1, 1)), ++number);
      Fixtures.writeJpeg(target.resolve(GALLERY + name(identity, 2, 2)), ++number);
    }
    // What else lies there.
    Fixtures.writeJpeg(target.resolve("gt_bbox/" + name(1, 1, 0)), ++number);
    Fixtures.writeText(target.resolve("query/Thumbs.db"), "x");
    Fixtures.writeText(target.resolve("readme.txt"), "x");
    return target;
  }

  /** This set has no lists but the names of its files; in an archive they are written at once. */
  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    Files.createDirectories(target);
    FileSystem archive =
        FileSystems.newFileSystem(target.resolve("market.zip"), Map.of("create", "true"));
    archives.add(archive);
    Path root = archive.getPath("/market");
    write(root.resolve(TRAIN), 2, 751, 12936);
    write(root.resolve(QUERY), 1000, 750, 3368 - missing);
    write(root.resolve(GALLERY), 1000, 750, 13115);
    write(root.resolve(GALLERY), 0, 1, 2798);
    write(root.resolve(GALLERY), -1, 1, 10);
    return root;
  }

  private static void write(Path folder, int first, int identities, int images) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < images; i++) {
      Files.createFile(folder.resolve(name(first + i % identities, 1 + i % 6, i)));
    }
  }

  private static String name(int identity, int camera, int number) {
    return (identity < 0 ? "-1" : "%04d".formatted(identity))
        + "_c%ds1_%06d_00.jpg".formatted(camera, number);
  }

  /** The images are their own list, so that none is listed and missing. */
  @Test
  @Override
  public void counts_the_official_images(@TempDir Path whole) throws IOException {
    ImageSet set = layout().read(writeLists(whole, 0));

    assertThat(set.notes())
        .containsExactly("10 images of the identity -1 are junk and were left out.");
    assertThat(set.name()).isEqualTo("Market-1501");
    assertThat(Splits.apply(set, null, null).items()).hasSize(testImages());
    assertThat(Splits.apply(set, "train", null).items()).hasSize(12936);
  }

  @Test
  void a_query_is_searched_without_the_images_of_its_identity_and_camera() throws IOException {
    ImageSet test = Splits.apply(read(writeTwelveImages(dir)), null, null);

    assertThat(test.protocol()).isEqualTo(Protocol.QUERY_GALLERY);
    assertThat(test.items())
        .extracting(ImageItem::path, ImageItem::className, ImageItem::role, ImageItem::group)
        .contains(
            tuple(QUERY + name(1, 1, 0), "0001", Role.QUERY, "0001 c1"),
            tuple(GALLERY + name(1, 1, 1), "0001", Role.GALLERY, "0001 c1"),
            tuple(GALLERY + name(1, 2, 2), "0001", Role.GALLERY, "0001 c2"),
            tuple(GALLERY + name(1501, 1, 1), "1501", Role.GALLERY, "1501 c1"));
  }

  @Test
  void junk_is_left_out_and_distractors_are_found_and_never_asked_for() throws IOException {
    Path data = writeTwelveImages(dir);
    Fixtures.writeJpeg(data.resolve(GALLERY + name(0, 1, 7)), 70);
    Fixtures.writeJpeg(data.resolve(GALLERY + name(0, 2, 8)), 71);
    Fixtures.writeJpeg(data.resolve(GALLERY + name(-1, 1, 9)), 72);

    ImageSet test = Splits.apply(read(data), null, null);

    assertThat(test.classNames()).containsExactly("0000", "0001", "1501");
    assertThat(test.items()).hasSize(8);
    assertThat(test.notes()).last().asString().startsWith("1 images of the identity -1 are junk");
    QueryGallerySplit draw = test.protocol().draw(test.items()).get(0);
    assertThat(Arrays.stream(draw.queries()).mapToObj(test.items()::get))
        .extracting(ImageItem::className)
        .containsExactly("0001", "1501");
    assertThat(draw.gallery()).hasSize(6);
    Fixtures.writeJpeg(data.resolve(QUERY + name(0, 1, 7)), 73);
    assertThatThrownBy(() -> read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("identity (0000) of the image query/0000_c1s1_000007_00.jpg")
        .hasMessageContaining("be in the gallery alone");
  }

  @Test
  void sets_of_this_form_are_known_by_the_names_of_their_files() throws IOException {
    for (String[] set :
        new String[][] {
          {"DukeMTMC-reID", "0001_c2_f0046182.jpg", "0001_c3_f0046190.jpg", "0005_c1_f0000001.jpg"},
          {"own", "1_c10_a.png", "1_c3.png", "5_c1.png"}
        }) {
      Path data = dir.resolve(set[0]);
      Fixtures.writeJpeg(data.resolve(QUERY + set[1]), 1);
      Fixtures.writeJpeg(data.resolve(GALLERY + set[2]), 2);
      Fixtures.writeJpeg(data.resolve(GALLERY + set[3]), 3);

      assertThat(DatasetLayout.detect(data)).isEqualTo(layout());
      assertThat(read(data).name()).isEqualTo(set[0]);
      assertThat(read(data).classNames()).containsExactly("0001", "0005");
    }
    assertThat(layout().read(dir.resolve("own")).notes())
        .singleElement()
        .asString()
        .contains("no set whose images were counted");
    assertThatThrownBy(() -> layout().read(dir.resolve("DukeMTMC-reID")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("702 train classes, 16522 train images, 702 query classes")
        .hasMessageContaining("1110 gallery classes, 17661 gallery images");
  }

  @Test
  void refuses_two_sets_in_one_folder_and_names_without_a_camera() throws IOException {
    writeTwelveImages(dir.resolve("market1501"));
    writeTwelveImages(dir.resolve("duke"));
    assertThatThrownBy(() -> read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("hold one data set, and it holds duke, market1501");

    Path data = dir.resolve("duke");
    Fixtures.writeJpeg(data.resolve(GALLERY + "someone.jpg"), 9);
    assertThatThrownBy(() -> read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("name (someone.jpg) of the image bounding_box_test/someone.jpg");
  }

  @Test
  void its_folders_alone_are_refused() throws IOException {
    Path data = writeTwelveImages(dir);
    for (String folder : new String[] {"query", "bounding_box_test"}) {
      Path part = data.resolve(folder);
      assertThatThrownBy(() -> DatasetLayout.detect(part).read(part))
          .isInstanceOf(InputException.class);
    }
  }
}
