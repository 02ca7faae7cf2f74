package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.metrics.error.InputException;
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

    assertThatThrownBy(() -> layout().read(dir))
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

    try (PixelStore store =
        PixelStore.open(layout().read(dir), Fixtures.SMALL, null, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(12);
      assertThat(store.broken())
          .extracting(PixelStore.Broken::path)
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

    Fixtures.writePng(dir.resolve("crane/a.png"), 1);
    assertThat(layout().read(dir).classNames()).containsExactly("Val", "crane", "test", "train");
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
}
