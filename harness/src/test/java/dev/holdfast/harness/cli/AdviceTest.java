package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Nobody is told to use an option that is not there. */
class AdviceTest {

  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  private static final String RECIPE =
      """
      schema: 1
      name: small
      backbone: {type: conv-net, widths: [6, 8]}
      embedding: {dimension: 8, normalize: true, distance: cosine}
      input: {height: 16, width: 16}
      batch_size: 16
      samples_per_class: 2
      epochs: 1
      steps_per_epoch: 3
      """;

  @TempDir private Path own;

  private static Set<String> options(String command) {
    return new CommandLine(new Holdfast())
        .getSubcommands()
        .get(command)
        .getCommandSpec()
        .optionsMap()
        .keySet();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Maybe a is cut off; add --subset to use it.|Maybe a is cut off.",
        "Maybe add --layout cub, or give its folder.|Maybe give its folder.",
        "Maybe use --here.|Maybe use --here.",
        "Maybe use --here and --not-here.|",
        "Maybe use --here, or add --there.|Maybe use --here.",
        "The a (--there) of b must c.|The a (--there) of b must c.",
      })
  void advice_that_cannot_be_followed_is_left_out(String message, String kept) {
    assertThat(Advice.of(message, Set.of("--here"))).isEqualTo(kept == null ? "" : kept);
  }

  @Test
  void blank_lines_of_an_example_stay() {
    assertThat(Advice.of("One\n\ntwo\nMaybe use --there.", Set.of()).lines())
        .containsExactly("One", "", "two");
  }

  @Test
  @Tag("native")
  void every_command_that_takes_data_has_what_an_incomplete_official_set_asks_for()
      throws IOException {
    Path cub = Files.createDirectories(own.resolve("CUB_200_2011"));
    Path model = World.model(own.resolve("model"));
    World.png(cub.resolve("images/001.Finch/a.jpg"), 0, 0);
    World.png(cub.resolve("images/150.Wren/b.jpg"), 1, 0);
    Path out = own.resolve("out");
    Path recipe = World.write(own.resolve("recipe.yaml"), RECIPE);
    Path study =
        World.write(
            own.resolve("study.yaml"),
            """
            schema: 1
            name: a study
            data: CUB_200_2011
            train_split: train
            test_split: test
            batteries: [quick]
            seeds: [0]
            methods: [{id: small, recipe: recipe.yaml}]
            """);
    List<Object> with = List.of("--model", model, "--data", cub);
    refused("inspect", with);
    refused("audit", with, "--out", out);
    refused("embed", with, "--out", out);
    refused("attack", with, "--out", out, "--attack", "fgsm", "--epsilon", "1/255");
    refused("train", List.of("--recipe", recipe, "--data", cub), "--out", out);
    Cli cli = Cli.run("study", study, "--out", out).refuses(Holdfast.INPUT, "the data set");
    assertThat(cli.err()).contains("Maybe the download is incomplete").doesNotContain("--");
    assertThat(out).doesNotExist();
  }

  private static void refused(String command, List<Object> words, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command));
    all.addAll(words);
    all.addAll(List.of(more));
    Cli cli =
        Cli.run(all.toArray()).refuses(Holdfast.INPUT, "the data set CUB", "add --subset to use");
    assertThat(OPTION.matcher(cli.err()).results().map(MatchResult::group))
        .isNotEmpty()
        .isSubsetOf(options(command));
  }

  @Test
  @Tag("native")
  void inspect_takes_the_data_that_audit_takes() {
    assertThat(options("inspect"))
        .contains("--data", "--split", "--subset", "--layout", "--strict", "--limit-queries");
    Path model = World.model(own.resolve("model"));
    Path data = World.images(own.resolve("pictures"), 4, 3);
    Object[] words = {"inspect", "--model", model, "--data", data, "--batch-size", 8};
    assertThat(Cli.run(words).succeeds().out()).contains("over 12 images");
    assertThat(Cli.run(with(words, "--split", "first-half")).succeeds().out())
        .contains("over 6 images");
    assertThat(Cli.run(with(words, "--limit-queries", 5)).succeeds().out())
        .contains("over 5 images");
    assertThat(Cli.run(with(words, "--layout", "folder-per-class")).succeeds().out())
        .contains("over 12 images");
    Cli.run(with(words, "--limit-queries", -1)).refuses(Holdfast.INPUT, "limit_queries (-1)");
    Cli.run(with(words, "--layout", "csv")).refuses(Holdfast.INPUT, "csv");
  }

  @ParameterizedTest
  @ValueSource(strings = {"audit", "embed", "attack", "train"})
  void data_that_were_not_named_are_asked_for(String command) {
    Path model = World.write(own.resolve("m"), RECIPE);
    List<Object> words = new ArrayList<>(List.of(command, "--out", own.resolve("out")));
    words.addAll(
        switch (command) {
          case "train" -> List.of("--recipe", model);
          case "attack" -> List.of("--model", model, "--attack", "fgsm", "--epsilon", "0");
          default -> List.of("--model", model);
        });
    Cli.run(words.toArray()).refuses(Holdfast.INPUT, "--data", "Maybe");
    assertThat(own.resolve("out")).doesNotExist();
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray();
  }
}
