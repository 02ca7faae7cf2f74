package dev.holdfast.harness.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.training.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every YAML file that README shows is one that the program reads. */
class ReadmeTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```yaml\n(.*?)```");

  @TempDir Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void its_examples_are_read() throws IOException {
    List<String> blocks =
        BLOCK
            .matcher(Files.readString(Path.of("..", "README.md")))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertThat(blocks).hasSize(4);
    assertThat(ModelCard.read(file("model.yaml", blocks.get(0))).name()).isEqualTo("my-model");
    Battery battery = Battery.load(file("mine.yaml", blocks.get(1)).toString());
    assertThat(battery.attacks()).hasSize(1);
    assertThat(battery.worstCases()).hasSize(1);
    assertThat(Recipe.read(file("small.yaml", blocks.get(2))).name()).isEqualTo("small");
    Study study = Study.read(file("study.yaml", blocks.get(3)));
    assertThat(study.methods().stream().map(study::recipe))
        .extracting(recipe -> recipe.method().id())
        .containsExactly("standard", "mdprop");
  }
}
