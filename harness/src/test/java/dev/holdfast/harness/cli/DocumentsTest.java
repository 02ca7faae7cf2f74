package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Family;
import dev.holdfast.attacks.corruption.FrostTextures;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.threat.SurrogateModel;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.Study;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.plan.EmbeddingCell;
import dev.holdfast.harness.plan.Plan;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.layout.DatasetLayout;
import dev.holdfast.models.data.layout.Splits;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.reports.csv.QueriesCsv;
import dev.holdfast.reports.csv.ResultsCsv;
import dev.holdfast.reports.result.QueryRow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What the documents show is what the program takes, and what they list is what there is. */
class DocumentsTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PAGES = ROOT.resolve("harness/docs");

  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern ID = Pattern.compile("^`([^`]+)`$");

  /** What shells know, and programs that every reader has; all else in a shell block is ours. */
  private static final Set<String> OTHERS =
      Set.of("mvn", "git", "mkdir", "tar", "echo", "cat", "jq", "exit", "case", "esac", ".ci/run");

  private static final int PASSES_A_SECOND = 500;

  @TempDir private Path directory;

  /** A block between fences. */
  private record Block(String page, String language, String text) {

    @Override
    public String toString() {
      return page + ": " + text.lines().findFirst().orElse("");
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve),
              files.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  private static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Block> blocks(String language) throws IOException {
    return pages().stream()
        .flatMap(
            page ->
                FENCE
                    .matcher(text(page))
                    .results()
                    .map(m -> new Block(ROOT.relativize(page) + "", m.group(1), m.group(2))))
        .filter(block -> block.language().equals(language));
  }

  static Stream<Block> yaml() throws IOException {
    return blocks("yaml");
  }

  static Stream<Block> csv() throws IOException {
    return blocks("csv");
  }

  private static String withoutBlocks(Path page) {
    return FENCE.matcher(text(page)).replaceAll("");
  }

  // Commands

  /** Every command in blocks of shells and in workflows. */
  static Stream<String> commands() throws IOException {
    Stream<String> scripts =
        Stream.concat(
            blocks("sh").map(Block::text),
            yaml()
                .map(block -> new YAMLMapper().readTree(block.text()))
                .flatMap(workflow -> steps(workflow).stream())
                .filter(step -> step.has("run"))
                .map(step -> step.get("run").stringValue()));
    return scripts.flatMap(DocumentsTest::commandsOf);
  }

  private static Stream<String> commandsOf(String script) {
    List<String> commands = new ArrayList<>();
    for (String line :
        script.replace("\\\n", " ").replaceAll("(?s)'[^']*'", "QUOTED").split("\n", -1)) {
      String command =
          line.replaceAll("(^|\\s)#.*", "")
              .replaceAll("^\\s*\\S+\\) (.*);;$", "$1")
              .replaceAll("\"[^\"]*\"", "QUOTED")
              .strip();
      Stream.of(command.split("\\|\\||&&|;|\\||>>", -1))
          .map(String::strip)
          .filter(part -> !part.isEmpty() && !part.matches("(\\w+=\\S*\\s*)+|QUOTED|true"))
          .forEach(commands::add);
    }
    return commands.stream();
  }

  @Test
  void there_are_commands_on_most_pages() throws IOException {
    assertThat(commands().filter(DocumentsTest::isOurs)).hasSizeGreaterThan(25);
    assertThat(commands()).contains("holdfast inspect --model my-model --data my-images");
  }

  private static boolean isOurs(String command) {
    return command.matches("(\\./|bin/)?holdfast( .*)?");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void a_command_that_is_shown_is_understood(String command) throws IOException {
    String[] words = command.split("\\s+", -1);
    if (!isOurs(command)) {
      assertThat(OTHERS).as(command).contains(words[0]);
      return;
    }
    CommandLine.ParseResult parsed =
        new CommandLine(new Holdfast()).parseArgs(Arrays.copyOfRange(words, 1, words.length));
    assertThat(parsed.hasSubcommand()).isTrue();
    CommandLine.ParseResult options = parsed.subcommand();
    String battery = options.matchedOptionValue("--battery", "quick");
    assertThat(Battery.NAMES).contains(battery);
    String attack = options.matchedOptionValue("--attack", "pgd");
    String objective = options.matchedOptionValue("--objective", "margin");
    assertThat(ExtensionOption.parse("--attack", attack, Attack.class).id()).isNotEmpty();
    assertThat(ExtensionOption.parse("--objective", objective, Objective.class).id()).isNotEmpty();
    for (String option : List.of("--recipe", "--corruption", "--family")) {
      if (options.hasMatchedOption(option)) {
        check(option, options.matchedOption(option).originalStringValues());
      }
    }
  }

  private static void check(String option, List<String> values) throws IOException {
    for (String value : values.stream().flatMap(v -> Stream.of(v.split(","))).toList()) {
      switch (option) {
        case "--corruption" -> assertThat(Corruption.of(value).id()).isEqualTo(value);
        case "--family" -> assertThat(Family.of(value).id()).isEqualTo(value);
        default ->
            assertThat(value.contains("/") ? List.of(ROOT.resolve(value)) : namedBlocks(value))
                .as(value)
                .isNotEmpty()
                .allMatch(there -> !(there instanceof Path file) || Files.isRegularFile(file));
      }
    }
  }

  /** Returns the blocks whose first line says that they are the file of a name. */
  private static List<Block> namedBlocks(String name) throws IOException {
    return yaml().filter(block -> block.text().startsWith("# " + name)).toList();
  }

  @Test
  void options_that_are_mentioned_exist() throws IOException {
    Map<String, CommandLine> known = new CommandLine(new Holdfast()).getSubcommands();
    int mentioned = 0;
    for (Path page : pages()) {
      for (MatchResult code : CODE.matcher(withoutBlocks(page)).results().toList()) {
        Matcher command =
            Pattern.compile("(?:\\./)?holdfast ([a-z]+)\\b(.*)").matcher(code.group(1));
        if (!command.matches()) {
          continue;
        }
        assertThat(known).as(code.group()).containsKey(command.group(1));
        Set<String> options = known.get(command.group(1)).getCommandSpec().optionsMap().keySet();
        for (MatchResult option :
            Pattern.compile("(?<=[\\s\\[])--?[a-z-]+")
                .matcher(command.group(2))
                .results()
                .toList()) {
          assertThat(options).as(page + ": " + code.group()).contains(option.group());
          mentioned++;
        }
      }
    }
    assertThat(mentioned).isGreaterThan(20);
  }

  // Files

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @ParameterizedTest
  @MethodSource("yaml")
  void a_file_that_is_shown_is_read(Block block) throws IOException {
    String text = block.text();
    JsonNode root = new YAMLMapper().readTree(text);
    // An excerpt of a battery.
    String whole = root.has("schema") ? text : "schema: 1\nname: excerpt\n" + text;
    if (root.has("weights")) {
      assertThat(ModelCard.read(file("model.yaml", text)).name()).isNotEmpty();
    } else if (root.has("epochs")) {
      assertThat(Recipe.read(file("small.yaml", text)).name()).isEqualTo("small");
    } else if (root.has("methods")) {
      for (Block recipe : namedBlocks("small.yaml")) {
        file("small.yaml", recipe.text());
      }
      Study study = Study.read(file("study.yaml", text));
      assertThat(study.methods().stream().map(study::recipe))
          .extracting(recipe -> recipe.method().id())
          .containsExactly("standard", "mdprop");
    } else if (root.has("attacks") || root.has("worst_cases")) {
      Battery battery = Battery.load(file("mine.yaml", whole).toString());
      assertThat(Plan.of(battery, card().input().spec(), surrogates(battery), frost()))
          .isNotEmpty();
    } else {
      // Their steps hold commands, which are parsed above.
      assertThat(steps(root)).isNotEmpty().allMatch(step -> step.has("run") || step.has("uses"));
    }
  }

  private static Map<String, SurrogateModel> surrogates(Battery battery) {
    return battery.attacks().stream()
        .filter(entry -> entry.surrogate() != null)
        .collect(
            Collectors.toMap(
                entry -> entry.surrogate(), entry -> new SurrogateModel("other", "0".repeat(64))));
  }

  private static FrostTextures frost() {
    return FrostTextures.procedural();
  }

  private ModelCard card() throws IOException {
    Block first =
        yaml().filter(block -> block.text().contains("weights:")).findFirst().orElseThrow();
    return ModelCard.read(file("card.yaml", first.text()));
  }

  /** Returns the steps of a workflow, or none. */
  private static List<JsonNode> steps(JsonNode root) {
    List<JsonNode> steps = new ArrayList<>();
    root.path("steps").forEach(steps::add);
    root.path("jobs").forEach(job -> job.path("steps").forEach(steps::add));
    return steps;
  }

  @ParameterizedTest
  @MethodSource("csv")
  void a_table_that_is_shown_is_read(Block block) throws IOException {
    List<String> lines = block.text().lines().toList();
    int path = List.of(lines.get(0).split(",")).indexOf("path");
    for (String line : lines.subList(1, lines.size())) {
      Path image = directory.resolve(line.split(",", -1)[path]);
      Files.createDirectories(image.getParent());
      ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    }
    Path table = file("images.csv", block.text());
    DatasetLayout layout = DatasetLayout.detect(table);
    assertThat(layout.id()).isEqualTo("csv-manifest");
    ImageSet set = layout.read(table);
    assertThat(set.items()).hasSize(lines.size() - 1);
    assertThat(set.notes()).noneMatch(note -> note.contains("not used"));
  }

  @Test
  void named_lists_of_classes_that_are_shown_are_read() throws IOException {
    String list = blocks("json").findFirst().orElseThrow().text();
    assertThat(blocks("json")).hasSize(1);
    Path classes = file("classes.json", list);
    for (String name : List.of("robin", "wren", "crow")) {
      for (int i = 0; i < 2; i++) {
        Path image = directory.resolve("birds/" + name + "/" + i + ".png");
        Files.createDirectories(image.getParent());
        BufferedImage pixels = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        pixels.setRGB(0, 0, i);
        ImageIO.write(pixels, "png", image.toFile());
      }
    }
    Path birds = directory.resolve("birds");
    ImageSet all = DatasetLayout.detect(birds).read(birds);
    assertThat(Splits.apply(all, classes + "#held-out", birds).classNames())
        .containsExactly("robin", "wren");
  }

  // Tables

  /** Returns the rows of the table behind a comment, without its head. */
  private static List<List<String>> table(String page, String comment) {
    String text = text(PAGES.resolve(page));
    int start = text.indexOf("<!-- " + comment + " -->\n");
    assertThat(start).as(comment + " in " + page).isNotNegative();
    return text.substring(start)
        .lines()
        .skip(3)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> Stream.of(line.substring(1).split("(?<!\\\\)\\|")).map(String::strip).toList())
        .toList();
  }

  private static List<String> ids(List<List<String>> rows) {
    return rows.stream()
        .map(row -> ID.matcher(row.get(0)))
        .peek(id -> assertThat(id.matches()).isTrue())
        .map(id -> id.group(1))
        .toList();
  }

  private static List<String> listed(ListCommand.Topic topic) {
    JsonNode entries = new JsonMapper().readTree(Cli.run("list", topic, "--json").succeeds().out());
    List<String> ids = new ArrayList<>();
    entries.forEach(entry -> ids.add(entry.get("id").stringValue()));
    return ids;
  }

  @ParameterizedTest
  @EnumSource(ListCommand.Topic.class)
  void a_page_names_all_that_there_is_of_a_kind(ListCommand.Topic topic) {
    String comment = "ids: " + topic.toString().toLowerCase(Locale.ROOT);
    List<String> found =
        switch (topic) {
          case DATASETS -> ids(table("data.md", comment));
          case METHODS, LOSSES, BACKBONES -> ids(table("training.md", comment));
          case METRICS -> {
            List<String> both = new ArrayList<>(ids(table("metrics.md", comment + ", first")));
            both.addAll(ids(table("metrics.md", comment + ", last")));
            yield both;
          }
          case CORRUPTIONS ->
              table("audits.md", comment + ", by family").stream()
                  .flatMap(row -> CODE.matcher(row.get(1)).results().map(id -> id.group(1)))
                  .toList();
          default -> ids(table("audits.md", comment));
        };
    assertThat(found).containsExactlyInAnyOrderElementsOf(listed(topic));
  }

  @Test
  void families_hold_the_corruptions_that_they_are_said_to_hold() {
    for (List<String> row : table("audits.md", "ids: corruptions, by family")) {
      String family = ids(List.of(row)).get(0);
      assertThat(CODE.matcher(row.get(1)).results().map(id -> Corruption.of(id.group(1))))
          .isNotEmpty()
          .allMatch(corruption -> corruption.family().id().equals(family));
    }
  }

  /** The parameters that pages name are the defaults. */
  @ParameterizedTest
  @EnumSource(
      value = ListCommand.Topic.class,
      names = {
        "ATTACKS",
        "OBJECTIVES",
        "EMBEDDINGS",
        "SEQUENCES",
        "LOSSES",
        "BACKBONES",
        "METHODS"
      })
  void a_page_names_the_default_of_every_parameter(ListCommand.Topic topic) {
    JsonNode entries = new JsonMapper().readTree(Cli.run("list", topic, "--json").succeeds().out());
    String page =
        switch (topic) {
          case LOSSES, BACKBONES, METHODS -> "training.md";
          default -> "audits.md";
        };
    List<List<String>> rows = table(page, "ids: " + topic.toString().toLowerCase(Locale.ROOT));
    for (JsonNode entry : entries) {
      String parameters = entry.get("parameters").stringValue();
      assertThat(rows)
          .anySatisfy(
              row -> {
                assertThat(row.get(0)).isEqualTo("`" + entry.get("id").stringValue() + "`");
                assertThat(row.get(2))
                    .isEqualTo(parameters.isEmpty() ? "" : "`" + parameters + "`");
              });
    }
  }

  @Test
  void the_costs_of_batteries_are_those_of_their_plans() throws IOException {
    List<List<String>> rows = table("audits.md", "costs");
    assertThat(ids(rows)).containsExactlyElementsOf(Battery.NAMES);
    for (List<String> row : rows) {
      Battery battery = Battery.load(ids(List.of(row)).get(0));
      int queries = battery.limitQueries() == 0 ? 1000 : battery.limitQueries();
      long passes = 0;
      long worst = 0;
      for (Cell cell : Plan.of(battery, card().input().spec())) {
        passes += cell instanceof EmbeddingCell ? 0 : cell.passes();
        worst += cell instanceof WorstCaseCell ? cell.passes() : 0;
      }
      double all = queries * (1.1 * passes + worst / 4.0) + 6000;
      assertThat(row.subList(1, 5))
          .as(battery.name())
          .containsExactly(
              queries + "",
              passes + "",
              Math.round(all / 1000) + "",
              Math.round(all / PASSES_A_SECOND / 60) + "");
    }
  }

  @Test
  void the_columns_of_tables_are_those_that_are_written() throws IOException {
    StringBuilder results = new StringBuilder();
    ResultsCsv.write(List.of(), results);
    assertThat(columns("columns: results.csv"))
        .containsExactly(results.toString().strip().split(","));
    StringBuilder queries = new StringBuilder();
    QueriesCsv.write(
        List.of(new QueryRow("c", "p", 1, "", "", 1, 1, Map.of(1, true), 0, 0, 0, 0, 0, 0, 0, null))
            .iterator(),
        queries);
    assertThat(columns("columns: queries.csv.gz"))
        .containsExactly(
            queries
                .toString()
                .lines()
                .findFirst()
                .orElseThrow()
                .replace("_at_1", "_at_K")
                .split(","));
  }

  private static List<String> columns(String comment) {
    return table("files.md", comment).stream()
        .flatMap(row -> CODE.matcher(row.get(0)).results().map(name -> name.group(1)))
        .toList();
  }

  @Test
  void trust_checks_that_are_explained_exist() throws IOException {
    String sources;
    try (Stream<Path> files =
        Stream.of("attacks", "harness")
            .map(module -> ROOT.resolve(module).resolve("src/main/java"))
            .flatMap(DocumentsTest::sources)) {
      sources = files.map(DocumentsTest::text).collect(Collectors.joining());
    }
    List<String> ids = ids(table("trust.md", "ids: checks"));
    assertThat(ids).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    assertThat(ids)
        .allMatch(id -> sources.contains("\"" + id + "\"") || sources.contains("\"" + id + "-\""));
    // What a check calls itself is the first argument of its finding.
    assertThat(Pattern.compile("new Finding\\(\\s*\"([a-z-]+)\"").matcher(sources).results())
        .isNotEmpty()
        .allSatisfy(check -> assertThat(ids).contains(check.group(1)));
  }

  private static Stream<Path> sources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Links and names

  private static Set<String> anchors(Path page) {
    return HEADING
        .matcher(withoutBlocks(page))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void links_lead_somewhere() throws IOException {
    int links = 0;
    Set<Path> linked = new HashSet<>();
    for (Path page : pages()) {
      for (MatchResult link : LINK.matcher(withoutBlocks(page)).results().toList()) {
        String to = link.group(1);
        if (to.matches("https?:.*")) {
          continue;
        }
        String[] parts = to.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        assertThat(target).as(page + ": " + to).exists();
        if (parts.length > 1) {
          assertThat(anchors(target)).as(page + ": " + to).contains(parts[1]);
        }
        linked.add(target);
        links++;
      }
    }
    assertThat(links).isGreaterThan(40);
    assertThat(linked)
        .as("pages that a link leads to")
        .containsAll(
            pages().subList(3, pages().size()).stream()
                .filter(page -> !page.endsWith("README.md"))
                .toList());
  }

  @Test
  void classes_that_pages_name_exist() throws IOException {
    Set<String> classes;
    try (Stream<Path> files = sources(ROOT)) {
      classes =
          files
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
    }
    Set<String> named = new HashSet<>();
    for (String page : List.of("architecture.md", "files.md", "data.md", "../../CONTRIBUTING.md")) {
      for (MatchResult code : CODE.matcher(withoutBlocks(PAGES.resolve(page))).results().toList()) {
        Matcher name =
            Pattern.compile("([A-Z][a-z]+(?:[A-Z][a-z]*|[0-9]+)*)(\\.[a-z]\\w*(\\(\\))?)?")
                .matcher(code.group(1));
        if (name.matches()) {
          named.add(name.group(1));
        }
      }
    }
    // Words of other programs, and places for a name.
    named.removeAll(Set.of("Resize", "Vignette", "VignetteTest", "XTest"));
    assertThat(named).hasSizeGreaterThan(50);
    assertThat(classes).containsAll(named);
  }

  @Test
  void every_package_has_a_line() throws IOException {
    Set<String> packages = new HashSet<>();
    for (String module : List.of("metrics", "models", "attacks", "reports", "harness")) {
      Path java = ROOT.resolve(module).resolve("src/main/java/dev/holdfast");
      try (Stream<Path> files = sources(java)) {
        files.forEach(
            file -> packages.add(java.relativize(file.getParent()).toString().replace('/', '.')));
      }
    }
    assertThat(ids(table("architecture.md", "packages")))
        .containsExactlyInAnyOrderElementsOf(packages);
  }

  @Test
  void the_readme_is_short() {
    assertThat(text(ROOT.resolve("README.md")).lines().count()).isLessThanOrEqualTo(150);
  }

  @Test
  void blocks_are_of_kinds_that_are_checked() throws IOException {
    Set<String> languages = new HashSet<>();
    for (Path page : pages()) {
      FENCE.matcher(text(page)).results().forEach(block -> languages.add(block.group(1)));
    }
    // What programs print, and Python, are not read by a test.
    assertThat(languages).isSubsetOf(Set.of("", "python", "sh", "yaml", "csv", "json"));
  }
}
