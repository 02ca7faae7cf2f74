package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.loss.LossState;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory that training writes. Whatever moment the process dies in, every file under its
 * final name is whole: files and the folder of a checkpoint are written beside it and moved.
 *
 * <pre>
 * model.yaml  weights.safetensors  recipe.yaml    when the training is finished
 * training.csv  training.svg                      after each epoch
 * state/run.yaml                                  what the run was started with
 * state/epoch-00007/                              all that is needed to go on behind epoch 7
 * </pre>
 */
final class RunDirectory {

  private static final String CARD = "model.yaml";
  private static final String RECIPE = "recipe.yaml";
  private static final String LOG = "training.csv";
  private static final String CURVE = "training.svg";
  private static final String MOMENTS = "moments.safetensors";
  private static final String EPOCH = "epoch-";
  private static final String UNFINISHED = "unfinished-";

  private final Path out;
  private final Path state;

  private RunDirectory(Path out) {
    this.out = out;
    this.state = out.resolve("state");
  }

  /**
   * The end of an epoch.
   *
   * @param weights safetensors of the network
   * @param moments safetensors of the optimizer
   */
  record Checkpoint(TrainingLog log, Path weights, Path moments) {}

  /**
   * Opens a directory for a run.
   *
   * @param fresh whether an earlier run in it is removed
   * @throws InputException if the directory holds another run, or a model without its run
   */
  static RunDirectory open(Path out, RunIdentity identity, boolean fresh) {
    RunDirectory directory = new RunDirectory(out);
    try {
      if (fresh) {
        directory.clear();
      }
      for (Path folder : List.of(out, directory.state)) {
        for (Path leftover : entries(folder, UNFINISHED)) {
          delete(leftover);
        }
      }
      Path run = directory.state.resolve("run.yaml");
      if (Files.exists(run) && directory.newest().isPresent()) {
        directory.check(StrictYaml.read(run, RunIdentity.class), identity);
      } else if (Files.exists(out.resolve(CARD)) || Files.exists(out.resolve(Recipe.WEIGHTS))) {
        throw InputException.of(
            "directory",
            out,
            "the training",
            "hold no model that another run has made",
            "give another directory, or remove this one");
      } else {
        Files.createDirectories(directory.state);
        write(run, StrictYaml.write(identity).getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw failed(out, e);
    }
    return directory;
  }

  private void check(RunIdentity earlier, RunIdentity now) {
    List<String> differences = earlier.differences(now);
    if (!differences.isEmpty()) {
      throw InputException.of(
          "directory",
          out,
          "the training",
          "hold a run with the same recipe, seed and data (" + String.join("; ", differences) + ")",
          "give another directory, or remove this one to start afresh");
    }
    // A finished run is only read.
    if (now.otherThreads(earlier) && !Files.exists(out.resolve(CARD))) {
      throw InputException.of(
          "threads",
          now.threads(),
          "the command line",
          "be %d, with which the run in %s was begun: weights depend on it"
              .formatted(earlier.threads(), out),
          "add --threads " + earlier.threads());
    }
  }

  private void clear() throws IOException {
    delete(state);
    for (String file : List.of(CARD, Recipe.WEIGHTS, RECIPE, LOG, CURVE)) {
      Files.deleteIfExists(out.resolve(file));
    }
  }

  /** Returns the newest checkpoint, if there is one. */
  Optional<Checkpoint> newest() {
    return checkpoints().stream()
        .reduce((first, second) -> second)
        .map(
            folder -> {
              try {
                return new Checkpoint(
                    TrainingLog.parse(Files.readString(folder.resolve(LOG))),
                    folder.resolve(Recipe.WEIGHTS),
                    folder.resolve(MOMENTS));
              } catch (IOException e) {
                throw failed(folder, e);
              }
            });
  }

  private List<Path> checkpoints() {
    return entries(state, EPOCH);
  }

  /** Returns what a directory has under names that start so, sorted. */
  private static List<Path> entries(Path directory, String start) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(p -> p.getFileName().toString().startsWith(start)).sorted().toList();
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** Keeps the state behind an epoch and lets go of earlier ones. */
  void save(TrainingLog log, Weights weights, Weights moments) {
    try {
      List<Path> earlier = checkpoints();
      String name = EPOCH + "%05d".formatted(log.rows().size());
      Path unfinished = Files.createDirectory(state.resolve(UNFINISHED + name));
      Files.write(unfinished.resolve(Recipe.WEIGHTS), Safetensors.encode(weights.all()));
      Files.write(unfinished.resolve(MOMENTS), Safetensors.encode(moments.all()));
      Files.write(unfinished.resolve(LOG), log.toBytes());
      Files.move(unfinished, state.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      for (Path old : earlier) {
        delete(old);
      }
      write(out.resolve(LOG), log.toBytes());
      write(out.resolve(CURVE), TrainingCurve.svg(log).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  /** Makes a model of the directory. */
  void finish(Recipe recipe, TrainingLog log, Weights weights) {
    try {
      write(out.resolve(LOG), log.toBytes());
      write(out.resolve(RECIPE), StrictYaml.write(recipe).getBytes(StandardCharsets.UTF_8));
      Map<String, NDArray> network = new LinkedHashMap<>(weights.all());
      network.keySet().removeIf(name -> name.startsWith(LossState.PREFIX));
      write(out.resolve(Recipe.WEIGHTS), Safetensors.encode(network));
      // The last: a directory with a card is whole.
      write(
          out.resolve(CARD),
          StrictYaml.write(recipe.card().toMap()).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Path unfinished = file.resolveSibling(UNFINISHED + file.getFileName());
    try {
      Files.write(unfinished, bytes);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static RunException failed(Path path, IOException e) {
    return new RunException(
        "The training in %s could not be read or written: %s.%nMaybe the disk is full or write-protected."
            .formatted(path, e.getMessage()),
        e);
  }
}
