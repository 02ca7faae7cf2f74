package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputChecksTest {

  @TempDir Path directory;

  @Test
  void what_can_be_made_passes_and_is_not_made() {
    Path deep = directory.resolve("a/b");
    assertThatCode(() -> OutputChecks.requireFolder("out", deep)).doesNotThrowAnyException();
    assertThatCode(() -> OutputChecks.requireArrays("out", deep.resolve("c.npz")))
        .doesNotThrowAnyException();
    assertThatCode(() -> OutputChecks.requirePicture("sheet", null)).doesNotThrowAnyException();
    assertThat(directory.resolve("a")).doesNotExist();
  }

  @Test
  void a_place_below_a_file_is_refused() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertThatThrownBy(() -> OutputChecks.requireArrays("out", file.resolve("c.npz")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The out (" + file.resolve("c.npz") + ")")
        .hasMessageContaining(file + " is not such a folder");
    assertThatThrownBy(() -> OutputChecks.requireFolder("out", file))
        .isInstanceOf(InputException.class);
  }

  @Test
  void a_folder_is_no_file() {
    assertThatThrownBy(() -> OutputChecks.requirePicture("sheet", directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("must be a file");
  }

  @Test
  void commands_look_before_they_work() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Path images = World.images(directory.resolve("images"), 2, 2);
    Cli.run("corrupt", "--in", images, "--out", file.resolve("copies"), "--corruption", "fog")
        .refuses(Holdfast.INPUT, "The out", "Maybe choose another place");
    Cli.run(
            "corrupt",
            "--in",
            images,
            "--out",
            directory.resolve("c"),
            "--corruption",
            "fog",
            "--sheet",
            file.resolve("s.png"))
        .refuses(Holdfast.INPUT, "The sheet", "Maybe choose another place");
    assertThat(directory.resolve("c")).doesNotExist();
  }
}
