package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.data.layout.CsvManifest;
import dev.holdfast.models.data.layout.FolderPerClass;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.image.Fixtures;
import dev.holdfast.models.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {

  @TempDir private Path dir;
  private ImageSet fruit;

  @BeforeEach
  void read() {
    fruit = new FolderPerClass().read(Fixtures.twelveImages(dir));
  }

  @Test
  void ids_belong_to_content_class_and_copy() throws Exception {
    Files.copy(dir.resolve("pear/image0.png"), dir.resolve("pear/image00.png"));
    Files.copy(dir.resolve("pear/image0.png"), dir.resolve("plum/another.png"));
    byte[] file = Files.readAllBytes(dir.resolve("pear/image0.png"));
    Map<String, Long> ids = ids(new FolderPerClass().read(dir));

    assertThat(ids)
        .containsEntry("pear/image0.png", id(file, "pear", 0))
        .containsEntry("pear/image00.png", id(file, "pear", 1))
        .containsEntry("plum/another.png", id(file, "plum", 0));
    assertThat(Set.copyOf(ids.values())).hasSize(14);
  }

  /** The rule of the documentation, written down a second time. */
  private static long id(byte[] file, String className, int copy) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    String content = HexFormat.of().formatHex(sha.digest(file));
    String text = content + "\n" + className + "\n" + copy;
    return ByteBuffer.wrap(sha.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }

  private static Map<String, Long> ids(ImageSet set) {
    return set.items().stream().collect(Collectors.toMap(ImageItem::path, ImageItem::id));
  }

  @Test
  void an_image_has_one_id_whatever_its_names_and_two_images_of_one_name_have_two()
      throws Exception {
    Path moved = dir.resolve("moved");
    for (String path : List.of("apple/image0.png", "apple/image1.png", "pear/image0.png")) {
      Path target = moved.resolve(path.replace("image1", "a name").replace("/", "/deep/"));
      Files.createDirectories(target.getParent());
      Files.copy(dir.resolve(path), target);
    }
    // The name of an image that there was, and another content.
    Fixtures.writePng(moved.resolve("apple/image1.png"), 4711);
    Map<String, Long> before = ids(fruit);
    ImageSet set = new FolderPerClass().read(moved);
    Map<String, Long> after = ids(set);

    assertThat(after)
        .containsEntry("apple/deep/image0.png", before.get("apple/image0.png"))
        .containsEntry("apple/deep/a name.png", before.get("apple/image1.png"))
        .containsEntry("pear/deep/image0.png", before.get("pear/image0.png"));
    assertThat(before).doesNotContainValue(after.get("apple/image1.png"));
  }

  @Test
  void the_fingerprint_belongs_to_contents_and_classes_not_to_names() throws Exception {
    String before = fruit.fingerprint();
    Files.move(dir.resolve("pear/image0.png"), dir.resolve("pear/zzz.png"));
    assertThat(new FolderPerClass().read(dir).fingerprint()).isEqualTo(before);

    Files.move(dir.resolve("pear/zzz.png"), dir.resolve("plum/zzz.png"));
    String other = new FolderPerClass().read(dir).fingerprint();
    assertThat(other).isNotEqualTo(before);
    Files.copy(dir.resolve("plum/zzz.png"), dir.resolve("plum/zzzz.png"));
    assertThat(new FolderPerClass().read(dir).fingerprint()).isNotIn(before, other);
  }

  @Test
  void a_split_changes_no_id_even_where_copies_are_on_both_sides() throws Exception {
    Fixtures.twelveImages(dir.resolve("all"));
    Files.copy(dir.resolve("all/plum/image1.png"), dir.resolve("all/plum/copy.png"));
    Fixtures.writeText(
        dir.resolve("all/index.csv"),
        """
        path,label,split
        plum/copy.png,plum,train
        plum/image1.png,plum,test
        pear/image0.png,pear,test
        pear/image1.png,pear,train
        """);
    ImageSet set = new CsvManifest().read(dir.resolve("all"));

    Map<String, Long> test =
        ids(Splits.apply(new CsvManifest().read(dir.resolve("all")), "test", null));

    assertThat(ids(set)).containsAllEntriesOf(test);
    assertThat(test.get("plum/image1.png"))
        .isEqualTo(id(Files.readAllBytes(dir.resolve("all/plum/image1.png")), "plum", 1));
  }

  @Test
  void reads_each_file_once_and_none_of_a_class_that_nobody_asks_for() {
    List<String> read = Collections.synchronizedList(new ArrayList<>());
    ImageSource source =
        new ImageSource() {
          @Override
          public RgbImage decode(ImageItem item) {
            throw new AssertionError(item.path());
          }

          @Override
          public String contentHash(String path) {
            read.add(path);
            return Sha256.hex(path);
          }
        };
    List<ImageSet.Entry> entries = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      entries.add(new ImageSet.Entry(name + "/0", name, "test"));
      entries.add(new ImageSet.Entry(name + "/1", name, "train"));
    }
    ImageSet set = ImageSet.of("letters", entries, source);

    ImageSet half = Splits.apply(set, "first-half", null);
    assertThat(read).isEmpty();
    List<Long> steps = new ArrayList<>();
    half.identify((task, done, total) -> steps.add(10 * done + total));
    half.identify((task, done, total) -> steps.add(99L));
    assertThat(half.items()).hasSize(4);
    assertThat(steps).containsExactly(14L, 24L, 34L, 44L);
    assertThat(read).containsExactlyInAnyOrder("a/0", "a/1", "b/0", "b/1");
    assertThat(set.keepClasses(Set.of("b", "c")).items()).hasSize(4);
    assertThat(read).hasSize(6);
    assertThat(set.items()).hasSize(8);
    assertThat(read).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void a_query_that_stands_in_the_gallery_is_one_image_and_told() throws Exception {
    Files.copy(dir.resolve("pear/image0.png"), dir.resolve("pear/again.png"));
    Files.copy(dir.resolve("pear/image0.png"), dir.resolve("plum/again.png"));
    Files.copy(dir.resolve("pear/image1.png"), dir.resolve("pear/camera.png"));
    Fixtures.writeText(
        dir.resolve("index.csv"),
        """
        path,label,role,group
        pear/image0.png,pear,query,
        pear/again.png,pear,gallery,
        plum/again.png,plum,gallery,
        pear/image1.png,pear,query,one
        pear/camera.png,pear,gallery,two
        pear/image3.png,pear,gallery,
        plum/image3.png,plum,query,
        gone/a.png,pear,query,
        gone/b.png,pear,gallery,
        """);
    ImageSet set = new CsvManifest().read(dir);

    assertThat(set.items())
        .extracting(ImageItem::path, ImageItem::role)
        .containsExactly(
            tuple("gone/a.png", Role.QUERY),
            tuple("gone/b.png", Role.GALLERY),
            tuple("pear/camera.png", Role.GALLERY),
            tuple("pear/image0.png", Role.BOTH),
            tuple("pear/image1.png", Role.QUERY),
            tuple("pear/image3.png", Role.GALLERY),
            tuple("plum/again.png", Role.GALLERY),
            tuple("plum/image3.png", Role.QUERY));
    assertThat(set.items()).extracting(ImageItem::id).doesNotHaveDuplicates();
    try (PixelCache store = PixelCache.open(set, Fixtures.SMALL, null, Progress.NONE, false)) {
      assertThat(store.broken()).hasSize(2);
      assertThat(store.notes())
          .containsExactly(
              "1 images are queries and stand in the gallery, too (the same file of the same class);"
                  + " none is compared with itself.",
              "2 images are copies of others, byte for byte; 1 of the originals have copies of another"
                  + " class.",
              "1 queries have a copy in the gallery that counts as another image of their class.");
    }
  }

  @Test
  void a_switch_for_tests_puts_the_ids_of_paths_back() {
    System.setProperty("holdfast.ids", "path");
    try {
      assertThat(new FolderPerClass().read(dir).items())
          .allSatisfy(item -> assertThat(item.id()).isEqualTo(CounterRng.hash(item.path())));
    } finally {
      System.clearProperty("holdfast.ids");
    }
    assertThat(fruit.items().get(0).id()).isNotEqualTo(CounterRng.hash("apple/image0.png"));
  }

  @Test
  void labels_count_anew_when_classes_are_left_out() {
    ImageSet kept = fruit.keepClasses(Set.of("plum", "pear"));

    assertThat(kept.classNames()).containsExactly("pear", "plum");
    assertThat(kept.items()).hasSize(8);
    assertThat(kept.items().get(0).label()).isZero();
    assertThat(kept.items().get(7).label()).isOne();
    assertThat(kept.items().get(7).id()).isEqualTo(fruit.items().get(11).id());
  }

  @Test
  void refuses_to_keep_fewer_than_two_classes() {
    assertThatThrownBy(() -> fruit.keepClasses(Set.of("plum")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("number of classes (1)");
  }

  @Test
  void a_limit_takes_the_smallest_hashes_and_keeps_the_labels() {
    List<ImageItem> expected =
        fruit.items().stream()
            .sorted((a, b) -> Long.compareUnsigned(order(a), order(b)))
            .limit(5)
            .sorted(Comparator.comparing(ImageItem::path))
            .toList();

    assertThat(fruit.limit(5, 9).items()).isEqualTo(expected);
    assertThat(fruit.limit(5, 9).classNames()).isEqualTo(fruit.classNames());
    assertThat(fruit.limit(5, 9).items()).isNotEqualTo(fruit.limit(5, 10).items());
    assertThat(fruit.limit(99, 9).items()).isEqualTo(fruit.items());
  }

  private static long order(ImageItem item) {
    return CounterRng.order(9, item.id());
  }
}
