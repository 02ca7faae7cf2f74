package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPerClassTest implements DatasetLayoutContract {

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new FolderPerClass();
  }

  @Override
  public Path writeTwelveImages(Path target) {
    return Fixtures.twelveImages(target);
  }

  @Test
  void finds_images_at_any_depth_and_with_any_case() {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("pear/deep/er/one.PNG"), 77);

    ImageSet set = layout().read(dir);

    assertThat(set.items()).hasSize(13);
    assertThat(set.items())
        .filteredOn(i -> i.path().equals("pear/deep/er/one.PNG"))
        .extracting(ImageItem::className)
        .containsExactly("pear");
  }

  @Test
  void ignores_other_files_hidden_files_and_images_beside_the_classes() throws IOException {
    Fixtures.twelveImages(dir);
    Files.writeString(dir.resolve("LICENSE"), "free");
    Files.writeString(dir.resolve("pear/notes.txt"), "ripe");
    Fixtures.writePng(dir.resolve("overview.png"), 1);
    Fixtures.writePng(dir.resolve("pear/.thumbnail.png"), 1);
    Fixtures.writePng(dir.resolve(".cache/a.png"), 1);

    assertThat(layout().read(dir).items()).hasSize(12);
  }

  @Test
  void refuses_a_folder_without_images() {
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(dir.toString())
        .hasMessageContaining("one folder per class")
        .hasMessageContaining("Maybe ");
  }

  @Test
  void refuses_a_single_class() {
    Fixtures.writePng(dir.resolve("pear/a.png"), 1);
    Fixtures.writePng(dir.resolve("pear/b.png"), 2);

    assertThatThrownBy(() -> Splits.apply(layout().read(dir), null, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("number of classes (1)")
        .hasMessageContaining("Maybe ");
  }

  @Test
  void counts_images_that_lie_beside_the_classes() {
    Fixtures.twelveImages(dir);
    assertThat(layout().read(dir).notes()).isEmpty();
    Fixtures.writePng(dir.resolve("overview.png"), 1);

    assertThat(layout().read(dir).notes()).singleElement().asString().startsWith("1 images lie");
  }

  @Test
  void does_not_lose_images_that_it_cannot_read() throws IOException {
    Fixtures.twelveImages(dir);
    Fixtures.writeText(dir.resolve("pear/new.webp"), "RIFF\0\0\0\0WEBPVP8 ");
    Files.createSymbolicLink(dir.resolve("pear/link.png"), Path.of("nowhere.png"));

    try (PixelCache store =
        PixelCache.open(layout().read(dir), Fixtures.SMALL, null, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(12);
      assertThat(store.broken())
          .extracting(PixelCache.Broken::path)
          .containsExactly("pear/link.png", "pear/new.webp");
    }
  }

  @Test
  void ignores_what_other_systems_leave_behind() {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("__MACOSX/pear/image0.png"), 1);
    Fixtures.writePng(dir.resolve("pear/@eaDir/image0.png/SYNOPHOTO_THUMB_M.jpg"), 1);
    Fixtures.writePng(dir.resolve("pear/._image0.png"), 1);
    Fixtures.writePng(dir.resolve("pear/.DS_Store"), 1);

    assertThat(layout().read(dir).items()).hasSize(12);
  }

  @Test
  void refuses_folders_that_look_like_splits() {
    for (String split : new String[] {"train", "test", "Val"}) {
      Fixtures.twelveImages(dir.resolve(split));
    }
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("folders (Val, test, train)")
        .hasMessageContaining("look like splits");

    // Some are enough: their images would be one class each.
    Fixtures.writePng(dir.resolve("crane/a.png"), 1);
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("folders (test, train, Val)")
        .hasMessageContaining("one of them was meant: " + dir.resolve("test"));
    ImageSet asked = DatasetLayout.named("folder-per-class").read(dir);
    assertThat(asked.classNames()).containsExactly("Val", "crane", "test", "train");
    assertThat(asked.notes())
        .containsExactly(
            "Folders are classes because that was asked for, although they look like splits: test,"
                + " train, Val.");
  }

  @Test
  void follows_links_and_names_one_that_leads_in_a_circle() throws IOException {
    Path elsewhere = Fixtures.twelveImages(dir.resolve("elsewhere"));
    Path data = Files.createDirectories(dir.resolve("data"));
    Files.createSymbolicLink(data.resolve("a"), elsewhere.resolve("apple"));
    Files.createSymbolicLink(data.resolve("b"), elsewhere.resolve("pear"));

    assertThat(layout().read(data).items())
        .hasSize(8)
        .extracting(ImageItem::path)
        .contains("a/image0.png");

    Files.createSymbolicLink(data.resolve("c"), data);
    assertThatThrownBy(() -> layout().read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leads in a circle");
  }

  @Test
  void names_have_the_same_ids_however_accents_are_encoded() {
    assumeThat(System.getProperty("sun.jnu.encoding")).isEqualTo("UTF-8");
    ImageSet[] sets = new ImageSet[2];
    for (int form = 0; form < 2; form++) {
      String name = form == 0 ? "poir\u00e9" : "poire\u0301";
      Path data = Fixtures.twelveImages(dir.resolve("data" + form));
      Fixtures.writePng(data.resolve(name).resolve(name + ".png"), 99);
      sets[form] = layout().read(data);
    }

    assertThat(sets[0].items()).isEqualTo(sets[1].items()).hasSize(13);
    assertThat(sets[0].items().stream().map(sets[0]::contentHash))
        .containsExactlyElementsOf(sets[1].items().stream().map(sets[1]::contentHash).toList())
        .doesNotContain("missing");
  }

  @Test
  void a_train_is_a_class_among_others() {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("train/a.png"), 90);
    Fixtures.writePng(dir.resolve("freight train/a.png"), 91);
    Fixtures.writePng(dir.resolve("art_gallery/a.png"), 92);
    Fixtures.writePng(dir.resolve("mask/a.png"), 93);

    assertThat(layout().read(dir).classNames()).hasSize(7);
    assertThat(layout().read(dir).notes())
        .containsExactly("Also these folders are classes: mask, train.");
  }

  @Test
  void queries_and_a_gallery_are_searched_in_one_another() {
    for (String split : new String[] {"query", "gallery", "train"}) {
      Fixtures.twelveImages(dir.resolve(split));
    }

    refuses(
        "query, train",
        "look like splits",
        "replace --data by --query %s --gallery %s"
            .formatted(dir.resolve("query"), dir.resolve("gallery")));
  }

  @Test
  void refuses_splits_with_words_around_them() {
    for (String split : new String[] {"cars_train", "image_test", "val2017", "train_all"}) {
      Fixtures.twelveImages(dir.resolve(split));
    }

    refuses("cars_train, image_test", "look like splits", "meant: " + dir.resolve("image_test"));
  }

  @Test
  void refuses_pictures_with_their_masks() {
    for (int i = 0; i < 3; i++) {
      Fixtures.writePng(dir.resolve("images/breed%d.png".formatted(i)), i);
      Fixtures.writePng(dir.resolve("annotations/trimaps/breed%d.png".formatted(i)), 10 + i);
    }

    refuses("images, annotations", "look like pictures and their masks", "list the pictures");
    Fixtures.writePng(dir.resolve("other/a.png"), 90);
    refuses("images, annotations", "look like pictures and their masks", "list the pictures");
  }

  @Test
  void refuses_folders_of_folders() {
    Fixtures.twelveImages(dir.resolve("fruit"));
    Fixtures.writePng(dir.resolve("tools/saw/a.png"), 90);
    Fixtures.writePng(dir.resolve("tools/axe/hand/a.png"), 91);

    refuses("fruit, tools", "hold folders of images", "give " + dir.resolve("fruit"));
    ImageSet asked = new FolderPerClass(true).read(dir);
    assertThat(asked.classNames()).containsExactly("fruit", "tools");
    assertThat(asked.notes()).singleElement().asString().contains("that was asked for");
  }

  @Test
  void says_how_many_images_lie_deep() {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("pear/deep/er/one.png"), 77);

    assertThat(layout().read(dir).notes())
        .containsExactly(
            "1 images lie two or more folders deep, first pear/deep/er/one.png; their class is the"
                + " first folder.");
  }

  @Test
  void says_which_images_look_like_masks_of_others() {
    Fixtures.twelveImages(dir);
    Fixtures.writePng(dir.resolve("pear/image0_mask.png"), 90);
    Fixtures.writePng(dir.resolve("plum/image1_Mask_1.png"), 91);
    Fixtures.writePng(dir.resolve("plum/black_mask.png"), 92);

    assertThat(layout().read(dir).notes())
        .containsExactly(
            "2 images look like masks of others beside them, first pear/image0_mask.png, and count"
                + " as images.");
  }

  @Test
  void folders_of_one_name_in_every_class_are_no_classes() {
    for (String name : new String[] {"n01", "n02"}) {
      Fixtures.writePng(dir.resolve(name + "/images/a.png"), name.hashCode());
      Fixtures.writePng(dir.resolve(name + "/images/b.png"), name.hashCode() + 9);
    }

    assertThat(layout().read(dir).classNames()).containsExactly("n01", "n02");
    assertThat(layout().read(dir).notes()).singleElement().asString().startsWith("4 images lie");
  }

  @Test
  void refuses_the_folder_above_an_official_set() throws IOException {
    new Cub200Test().writeTwelveImages(dir.resolve("my-birds"));
    Fixtures.writePng(dir.resolve("other/a.png"), 90);

    refuses("my-birds", "look like data sets of their own (cub-200-2011)", "meant: " + dir);
  }

  @Test
  void refuses_a_part_of_an_official_set() throws IOException {
    Path birds = new Cub200Test().writeTwelveImages(dir.resolve("birds"));
    Path clothes = new InShopTest().writeTwelveImages(dir.resolve("clothes"));
    for (Path part :
        new Path[] {birds.resolve("images"), clothes.resolve("Img"), clothes.resolve("Img/img")}) {
      assertThatThrownBy(() -> DatasetLayout.detect(part).read(part))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("are a part of a data set in the layout ")
          .hasMessageContaining(
              "all of it was meant: " + (part.startsWith(birds) ? birds : clothes));
    }
  }

  @Test
  void refuses_all_classes_of_cub_and_cars_without_anything_else() {
    for (int i = 1; i <= 200; i++) {
      Fixtures.write(dir.resolve("cub/%03d.Bird_%d/a.jpg".formatted(i, i)), new byte[] {1});
      if (i <= 196) {
        String make = i <= 98 ? "Dodge" : "Volvo";
        Fixtures.write(
            dir.resolve("cars/%s Model %d 2012/a.jpg".formatted(make, i)), new byte[] {1});
      }
    }
    for (String name : new String[] {"cub", "cars"}) {
      String layout = name.equals("cub") ? "cub-200-2011" : "cars-196";
      Path data = dir.resolve(name);
      assertThatThrownBy(() -> DatasetLayout.detect(data).read(data))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("half are for training")
          .hasMessageContaining("add --layout " + layout + ";");
      ImageSet set = DatasetLayout.named(layout).read(data, true);
      assertThat(Splits.apply(set, null, null).classNames()).hasSize(name.equals("cub") ? 100 : 98);
    }
  }

  @Test
  void refuses_official_sets_without_their_lists() {
    for (int i = 0; i < 4; i++) {
      String kind = i < 2 ? "bicycle" : "chair";
      Fixtures.writePng(dir.resolve("sop/%s_final/11108526580%d_0.JPG".formatted(kind, i)), i);
      String group = i < 2 ? "MEN" : "WOMEN";
      Fixtures.writePng(
          dir.resolve("inshop/%s/Shirts/id_0000000%d/01_1_front.jpg".formatted(group, i)), i);
      Fixtures.writePng(
          dir.resolve("reid/%s/000%d_c1s1_00000%d_00.jpg".formatted(i < 2 ? "a" : "b", i, i)), i);
    }
    for (String[] expected :
        new String[][] {
          {"sop", "those of Stanford Online Products", "Ebay_train.txt and Ebay_test.txt"},
          {"inshop", "those of In-Shop Clothes", "Eval/list_eval_partition.txt"},
          {"reid", "hold several identities each", "query and bounding_box_test"}
        }) {
      Path data = dir.resolve(expected[0]);
      assertThatThrownBy(() -> DatasetLayout.detect(data).read(data))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(expected[1])
          .hasMessageContaining(expected[2]);
    }
  }

  private void refuses(String folders, String looks, String remedy) {
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("be classes, and these " + looks)
        .hasMessageContaining(remedy)
        .hasMessageContaining("--layout folder-per-class");
    for (String folder : folders.split(", ", -1)) {
      assertThatThrownBy(() -> layout().read(dir)).hasMessageContaining(folder);
    }
  }
}
