package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
