package dev.holdfast.harness.cli;

import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Sequence;
import dev.holdfast.attacks.embedding.EmbeddingAttack;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.MetricNames;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.space.SpaceMetric;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.data.layout.DatasetLayout;
import dev.holdfast.models.data.shapes.Shapes;
import dev.holdfast.models.loss.MetricLoss;
import dev.holdfast.models.registry.Registry;
import dev.holdfast.models.training.TrainingMethod;
import java.io.PrintWriter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what there is. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = "List what there is, with defaults and source.")
final class ListCommand implements Callable<Integer> {

  /** What can be listed. */
  enum Topic {
    ATTACKS,
    OBJECTIVES,
    EMBEDDINGS,
    CORRUPTIONS,
    SEQUENCES,
    METRICS,
    METHODS,
    LOSSES,
    BACKBONES,
    DATASETS,
    BATTERIES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Suggests the nearest topic for one that is not there. */
  static final class TopicReader implements CommandLine.ITypeConverter<Topic> {
    @Override
    public Topic convert(String word) {
      return Stream.of(Topic.values())
          .filter(topic -> topic.toString().equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  InputException.unknown(
                      "topic",
                      word,
                      "the command line",
                      Stream.of(Topic.values()).map(Topic::toString).toList()));
    }
  }

  private record Entry(String id, String parameters, String description, String source) {}

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "TOPIC",
      converter = TopicReader.class,
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Topic topic;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (topic == null) {
      InputException missing =
          InputException.of(
              "TOPIC",
              "none",
              "list",
              "be given",
              "you want one of "
                  + String.join(", ", Stream.of(Topic.values()).map(Topic::toString).toList()));
      throw new CommandLine.ParameterException(spec.commandLine(), missing.getMessage(), missing);
    }
    List<Entry> entries = entries();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          tools.jackson.databind.json.JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(entries));
    } else {
      int width = entries.stream().mapToInt(e -> e.id().length()).max().orElse(0);
      for (Entry e : entries) {
        out.printf("%-" + width + "s  %s%n", e.id(), e.description());
        for (String line :
            Stream.of(e.parameters(), e.source()).filter(s -> !s.isEmpty()).toList()) {
          out.printf("%" + width + "s  %s%n", "", line);
        }
      }
    }
    out.flush();
    return Holdfast.OK;
  }

  private List<Entry> entries() {
    return switch (topic) {
      case ATTACKS ->
          Registry.defaults(Attack.class).stream()
              .map(a -> new Entry(a.id(), parameters(a), a.description(), a.source()))
              .toList();
      case OBJECTIVES ->
          Registry.defaults(Objective.class).stream()
              .map(o -> new Entry(o.id(), parameters(o), o.description(), o.source()))
              .toList();
      case EMBEDDINGS ->
          Registry.defaults(EmbeddingAttack.class).stream()
              .map(a -> new Entry(a.id(), parameters(a), a.description(), a.source()))
              .toList();
      case CORRUPTIONS ->
          Corruption.all().stream()
              .map(c -> new Entry(c.id(), "family=" + c.family().id(), c.description(), c.source()))
              .toList();
      case SEQUENCES ->
          Registry.defaults(Sequence.class).stream()
              .map(
                  s ->
                      new Entry(
                          s.id(),
                          Stream.of("frames=" + s.frames(), parameters(s))
                              .filter(word -> !word.isEmpty())
                              .collect(Collectors.joining(", ")),
                          s.description(),
                          s.source()))
              .toList();
      case METRICS ->
          Stream.concat(
                  MetricNames.kinds().stream()
                      .map(m -> new Entry(MetricNames.kind(m), "", m.description(), m.source())),
                  SpaceMetric.all().stream()
                      .map(m -> new Entry(m.id(), "of a whole set", m.description(), m.source())))
              .toList();
      case METHODS ->
          Registry.defaults(TrainingMethod.class).stream()
              .map(m -> new Entry(m.id(), parameters(m), m.description(), m.source()))
              .toList();
      case LOSSES ->
          Registry.defaults(MetricLoss.class).stream()
              .map(l -> new Entry(l.id(), parameters(l), l.description(), l.source()))
              .toList();
      case BACKBONES ->
          Registry.defaults(Backbone.class).stream()
              .map(b -> new Entry(b.id(), parameters(b), b.description(), b.source()))
              .toList();
      case DATASETS -> {
        List<Entry> list =
            new ArrayList<>(
                DatasetLayout.all().stream()
                    .map(l -> new Entry(l.id(), l.protocol(), l.description(), l.source()))
                    .toList());
        list.add(
            new Entry(
                Shapes.ID,
                "protocol=self-retrieval, split=test|train",
                "the embedded data set: drawn by the program, 64 x 64, class-disjoint",
                ""));
        yield list;
      }
      case BATTERIES ->
          Battery.NAMES.stream()
              .map(
                  name -> {
                    Battery battery = Battery.load(name);
                    return new Entry(
                        name,
                        "limit_queries=%d, metrics=%s"
                            .formatted(battery.limitQueries(), battery.metrics()),
                        Battery.purpose(name),
                        "");
                  })
              .toList();
    };
  }

  /** Returns a default as it stands in a recipe. */
  private static Object shown(Object value) {
    return value instanceof MetricLoss loss ? loss.id() : value;
  }

  private static String parameters(Object extension) {
    List<String> words = new ArrayList<>();
    for (RecordComponent component : extension.getClass().getRecordComponents()) {
      try {
        words.add(
            component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT)
                + "="
                + shown(component.getAccessor().invoke(extension)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return String.join(", ", words);
  }
}
