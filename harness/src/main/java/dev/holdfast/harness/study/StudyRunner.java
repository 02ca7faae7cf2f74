package dev.holdfast.harness.study;

import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.harness.audit.AuditRunner;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.DataSource;
import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.config.Study;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.DataSets;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.FolderLock;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.training.Recipe;
import dev.holdfast.models.training.StoredImages;
import dev.holdfast.models.training.Trainer;
import dev.holdfast.models.yaml.StrictYaml;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.StudyFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.study.StudyTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a study: for each seed and method a training and an audit, each of which goes on where it
 * stopped. The table is written after every audit, so an interrupted study shows what there is.
 */
public final class StudyRunner {

  /** What an audit sees of a model: two methods that trained the same need one audit. */
  private record Candidate(ModelCard card, String sha256) {}

  /**
   * @param report relative to the study
   */
  private record Audited(Audit audit, String report) {}

  private final Study study;
  private final Path out;
  private final int threads;
  private final ConsoleProgress ticker;

  /**
   * @param out folder of the study; may hold an earlier part of it
   * @param threads of the engine and of Java
   */
  public StudyRunner(Study study, Path out, int threads, ConsoleProgress ticker) {
    this.study = study;
    this.out = out;
    this.threads = threads;
    this.ticker = ticker;
  }

  /** Runs what is missing and returns the whole table. */
  public StudyTable run() {
    // Everything that can be wrong with files is found before hours of work.
    List<Battery> batteries = study.batteries().stream().map(Battery::load).toList();
    if (batteries.stream().map(Battery::name).distinct().count() < batteries.size()) {
      throw InputException.of(
          "batteries", study.batteries(), "the study", "have names that differ", "rename one");
    }
    Map<String, Recipe> recipes = new LinkedHashMap<>();
    study.methods().forEach(m -> recipes.put(m.id(), study.recipe(m)));
    refuseTwins(recipes);
    ImageSet training =
        DataSets.openForTraining(DataSource.of(study.data(), study.layout(), study.trainSplit()));
    ImageSet test = DataSets.open(DataSource.of(study.data(), study.layout(), study.testSplit()));
    refuseShared(training, test);
    check(recipes.values(), training);
    try {
      Files.createDirectories(out);
      try (FolderLock lock = FolderLock.take(out).orElseThrow(this::inUse)) {
        return run(batteries, recipes, training);
      }
    } catch (IOException e) {
      throw AuditFolder.refused(out, e);
    }
  }

  private InputException inUse() {
    return InputException.of(
        "out",
        out,
        "the command line",
        "not be in use by another study",
        "wait for that one, or choose another folder");
  }

  private StudyTable run(List<Battery> batteries, Map<String, Recipe> recipes, ImageSet training) {
    List<StudyTable.Run> runs = new ArrayList<>();
    int number = 0;
    int total = study.seeds().size() * recipes.size();
    // Seeds first: after one round there is a table of all methods.
    for (long seed : study.seeds()) {
      Map<Candidate, List<Audited>> known = new HashMap<>();
      for (Map.Entry<String, Recipe> entry : recipes.entrySet()) {
        String method = entry.getKey();
        ticker.say("Model %d of %d: %s, seed %d".formatted(++number, total, method, seed));
        Path cell = out.resolve("cells").resolve(method + "-seed" + seed);
        train(entry.getValue(), training, model(cell), seed);
        known
            .computeIfAbsent(
                candidate(entry.getValue(), cell),
                c -> batteries.stream().map(battery -> audit(battery, cell)).toList())
            .forEach(
                a ->
                    runs.add(
                        new StudyTable.Run(
                            method, seed, a.audit(), training(model(cell)), a.report())));
        StudyFiles.write(table(recipes, runs), out);
      }
    }
    ticker.close();
    return table(recipes, runs);
  }

  /** What is compared has to differ; the study gives names and seeds, whatever the files say. */
  private static void refuseTwins(Map<String, Recipe> recipes) {
    Map<Recipe, String> known = new HashMap<>();
    recipes.forEach(
        (id, recipe) -> {
          String twin = known.putIfAbsent(anonymous(recipe), id);
          if (twin != null) {
            throw InputException.of(
                "methods",
                twin + ", " + id,
                "the study",
                "have recipes that differ in more than name and seed",
                "remove one; seeds are those of the study");
          }
        });
  }

  private static Recipe anonymous(Recipe recipe) {
    return recipe.withName("any").withSeed(0);
  }

  /** Whoever is asked about images that it was trained on answers another question. */
  private void refuseShared(ImageSet training, ImageSet test) {
    List<String> images = shared(paths(training), paths(test));
    if (!images.isEmpty()) {
      throw InputException.of(
          "test_split",
          study.testSplit(),
          "the study",
          "have no image of train_split (%s), but has %s"
              .formatted(study.trainSplit(), InputException.some(images)),
          "write train_split: first-half and test_split: second-half, or take classes out of a list");
    }
    List<String> classes = shared(training.classNames(), test.classNames());
    if (!classes.isEmpty()) {
      ticker.say(
          "Models know classes that they are asked about, from other images: %s."
              .formatted(InputException.some(classes)));
    }
  }

  private List<String> paths(ImageSet images) {
    return images.identify(ticker).items().stream().map(ImageItem::path).toList();
  }

  private static List<String> shared(List<String> one, List<String> other) {
    List<String> shared = new ArrayList<>(other);
    shared.retainAll(Set.copyOf(one));
    return shared;
  }

  /** Says what there is to train on, once for every answer that differs. */
  private void check(Collection<Recipe> recipes, ImageSet training) {
    Set<String> said = new LinkedHashSet<>();
    for (Recipe recipe : recipes) {
      try (PixelCache store = store(recipe, training)) {
        said.addAll(store.remarks());
        for (long seed : study.seeds()) {
          said.add(Trainer.check(recipe, new StoredImages(store), seed).sentence());
        }
      }
    }
    said.forEach(ticker::say);
  }

  private static Candidate candidate(Recipe recipe, Path cell) {
    ModelCard card = anonymous(recipe).card();
    return new Candidate(card, ModelLoader.sha256(model(cell).resolve(card.weights())));
  }

  private Audited audit(Battery battery, Path cell) {
    Path folder = cell.resolve("audits").resolve(battery.name());
    AuditSpec options =
        new AuditSpec(
            model(cell),
            DataSource.of(study.data(), study.layout(), study.testSplit()),
            folder,
            battery,
            study.auditSeed(),
            study.batchSize(),
            "cpu",
            threads,
            EvidenceMode.NONE,
            false,
            false,
            true,
            false,
            null);
    return new Audited(
        new AuditRunner(options, ticker).run(), relative(folder.resolve(AuditFiles.HTML)));
  }

  private static Path model(Path cell) {
    return cell.resolve("model");
  }

  private Map<String, String> training(Path model) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("recipe", relative(model.resolve(Trainer.RECIPE)));
    files.put("training", relative(model.resolve(Trainer.CURVE)));
    return files;
  }

  /** Returns the address that a page of the study has for a file. */
  private String relative(Path file) {
    return out.relativize(file).toString().replace('\\', '/');
  }

  private void train(Recipe recipe, ImageSet images, Path folder, long seed) {
    try (PixelCache store = store(recipe, images)) {
      Trainer.run(
          recipe, new StoredImages(store), folder, seed, false, new TargetedSteps(), ticker);
    }
  }

  private PixelCache store(Recipe recipe, ImageSet images) {
    return PixelCache.open(images, recipe.input().spec(), CacheFolder.path(), ticker, false);
  }

  private StudyTable table(Map<String, Recipe> recipes, List<StudyTable.Run> runs) {
    Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
    recipes.forEach((id, recipe) -> settings.put(id, StrictYaml.toMap(anonymous(recipe))));
    return StudyTable.of(study.name(), study.baseline(), settings, study.seeds(), runs);
  }
}
