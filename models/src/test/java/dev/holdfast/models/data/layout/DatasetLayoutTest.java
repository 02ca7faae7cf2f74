package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetLayoutTest {

  @Test
  void lists_every_layout_once() {
    assertThat(DatasetLayout.all())
        .extracting(layout -> (Object) layout.getClass())
        .containsExactlyInAnyOrder((Object[]) DatasetLayout.class.getPermittedSubclasses());
    assertThat(DatasetLayout.all()).extracting(DatasetLayout::id).doesNotHaveDuplicates();
  }

  @Test
  void every_layout_has_a_contract_test() throws ClassNotFoundException {
    for (Class<?> layout : DatasetLayout.class.getPermittedSubclasses()) {
      assertThat(DatasetLayoutContract.class)
          .isAssignableFrom(Class.forName(layout.getName() + "Test"));
    }
  }

  @Test
  void refuses_data_that_are_not_there(@TempDir Path dir) {
    Path missing = dir.resolve("fruits");

    assertThatThrownBy(() -> DatasetLayout.detect(missing))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("exists");
  }

  @Test
  void refuses_a_file_that_is_no_table(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("data.txt"), "path,label\n");

    assertThatThrownBy(() -> DatasetLayout.detect(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(".csv manifest");
  }
}
