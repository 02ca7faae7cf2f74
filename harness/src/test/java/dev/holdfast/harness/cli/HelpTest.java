package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.metrics.space.SpaceMetric;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HelpTest {

  static List<String> commands() {
    return List.copyOf(new CommandLine(new Holdfast()).getSubcommands().keySet());
  }

  @Test
  void there_are_commands() {
    assertThat(commands()).contains("audit", "demo", "list", "score").hasSizeGreaterThan(8);
  }

  @Test
  void the_help_of_audit_names_every_battery() {
    String help = Cli.run("audit", "--help").succeeds().out();
    assertThat(help.replaceAll("\\s+", " ")).contains(String.join(", ", Battery.NAMES));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void every_command_has_help_and_a_version(String command) {
    Cli help = Cli.run(command, "--help").succeeds();
    assertThat(help.out()).startsWith("Usage: holdfast " + command).contains("--help");
    assertThat(help.err()).isEmpty();
    assertThat(Cli.run(command, "--version").succeeds().out()).startsWith("holdfast ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", ""})
  void the_program_itself_lists_its_commands_and_exit_codes(String word) {
    Cli help = (word.isEmpty() ? Cli.run() : Cli.run(word)).succeeds();
    assertThat(help.out()).contains(commands()).contains("Exit codes");
  }

  @ParameterizedTest
  @EnumSource(ListCommand.Topic.class)
  void every_topic_is_listed_as_text_and_as_json(ListCommand.Topic topic) {
    JsonNode entries = new JsonMapper().readTree(Cli.run("list", topic, "--json").succeeds().out());
    String text = Cli.run("list", topic).succeeds().out();
    assertThat(entries).isNotEmpty();
    Set<String> ids = new HashSet<>();
    for (JsonNode entry : entries) {
      assertThat(ids.add(entry.get("id").stringValue())).isTrue();
      assertThat(entry.get("description").stringValue()).isNotBlank();
      assertThat(text).contains(entry.get("id").stringValue());
    }
    assertThat(text).doesNotContain("null");
  }

  @Test
  void batteries_are_listed_with_what_they_are_for() {
    String text = Cli.run("list", "batteries").succeeds().out();
    assertThat(text.lines().filter(line -> !line.startsWith(" ")))
        .hasSameSizeAs(Battery.NAMES)
        .anyMatch(line -> line.matches("quick +A first look, and .*"));
    assertThat(text).contains("limit_queries=400, metrics=[recall@1, ");
  }

  @Test
  void metrics_of_queries_and_of_whole_sets_are_listed() {
    JsonNode entries =
        new JsonMapper().readTree(Cli.run("list", "metrics", "--json").succeeds().out());
    Set<String> ids = new HashSet<>();
    entries.forEach(entry -> ids.add(entry.get("id").stringValue()));
    Set<String> expected = new HashSet<>();
    MetricNames.kinds().forEach(metric -> expected.add(MetricNames.kind(metric)));
    SpaceMetric.all().forEach(metric -> expected.add(metric.id()));
    assertThat(ids).isEqualTo(expected).contains("recall@K", "nmi", "effective-rank");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "audti|Did you mean: holdfast audit",
        "audit|Missing required option",
        "audit --model m --data d --out o --seed x|seed (x)",
        "audit --model m --data d --out o --limit-queries many|limit-queries (many)",
        "audit --model m --data d --out o --batterie quick|--battery",
        "list atacks|you meant attacks",
        "list|attacks, objectives, embeddings, corruptions, sequences, metrics, methods, losses,"
            + " backbones, datasets, batteries",
        "report|AUDIT_DIR",
        "attack --model m --attack fgsm --epsilon 0 --out o|--images",
        "attack --model m --attack fgsm --epsilon 0 --out o --data d --images i|options (--data, --images)",
        "score --embeddings e --k one|k (one)"
      })
  void a_wrong_command_line_is_one_message(String words, String part) {
    Cli.run((Object[]) words.split(" "))
        .refuses(Holdfast.INPUT, part, "Maybe see: holdfast", "--help");
  }

  @Test
  void help_and_lists_do_not_load_the_engine(@TempDir Path folder) throws Exception {
    for (List<String> words :
        List.of(List.of("--help"), List.of("audit", "--help"), List.of("list", "attacks"))) {
      Path log = folder.resolve("log");
      ChildJvm child = ChildJvm.start(log, List.of("-Xlog:class+load"), words.toArray());
      assertThat(child.await()).isZero();
      assertThat(child.text())
          .contains("dev.holdfast.harness.cli.Holdfast ")
          .doesNotContain("ai.djl.pytorch.jni", "ai.djl.engine.Engine ");
    }
  }
}
