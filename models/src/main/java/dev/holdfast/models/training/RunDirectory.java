package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.metrics.file.FolderLock;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.loss.LossState;
import dev.holdfast.models.yaml.StrictYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * .lock                                           held while a run writes
 * </pre>
 */
final class RunDirectory implements AutoCloseable {

  private static final String CARD = "model.yaml";
  private static final String LOG = "training.csv";
  private static final String MOMENTS = "moments.safetensors";
  private static final String EPOCH = "epoch-";
  private static final Pattern CHECKPOINT = Pattern.compile(EPOCH + "(\\d{1,9})");

  private final Path out;
  private final Path state;
  private final FolderLock lock;

  private RunDirectory(Path out, FolderLock lock) {
    this.out = out;
    this.state = out.resolve("state");
    this.lock = lock;
  }

  /**
   * The end of an epoch.
   *
   * @param weights safetensors of the network
   * @param moments safetensors of the optimizer
   */
  record Checkpoint(TrainingLog log, Path weights, Path moments) {

    /** Reads weights or moments. */
    static Weights read(Path file, Weights like, NDManager manager) {
      Weights weights;
      try {
        weights = Safetensors.read(file, manager);
      } catch (InputException e) {
        throw damaged(file.getParent(), file.getFileName() + " cannot be read", e);
      }
      if (!shapes(weights).equals(shapes(like))) {
        throw damaged(file.getParent(), file.getFileName() + " holds other arrays", null);
      }
      return weights;
    }

    private static Map<String, Shape> shapes(Weights weights) {
      Map<String, Shape> shapes = new HashMap<>();
      weights.all().forEach((name, array) -> shapes.put(name, array.getShape()));
      return shapes;
    }
  }

  /**
   * Opens a directory for a run.
   *
   * @param fresh whether an earlier run in it is removed
   * @throws InputException if the directory is in use, or holds another run or a model without its
   *     run
   */
  static RunDirectory open(Path out, RunIdentity identity, boolean fresh) {
    RunDirectory directory = new RunDirectory(out, lock(out));
    try {
      directory.prepare(identity, fresh);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
    return directory;
  }

  private static FolderLock lock(Path out) {
    try {
      Files.createDirectories(out);
      return FolderLock.take(out)
          .orElseThrow(
              () ->
                  InputException.of(
                      "directory",
                      out,
                      "the training",
                      "not be in use by another run",
                      "wait for that one, or give another directory"));
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  private void prepare(RunIdentity identity, boolean fresh) {
    try {
      if (fresh) {
        clear();
      }
      for (Path folder : List.of(out, state)) {
        for (Path leftover : entries(folder, AtomicFile::isTemporary)) {
          delete(leftover);
        }
      }
      Path run = state.resolve("run.yaml");
      if (Files.exists(run) && newest().isPresent()) {
        check(StrictYaml.read(run, RunIdentity.class), identity);
      } else if (Files.exists(out.resolve(CARD)) || Files.exists(out.resolve(Recipe.WEIGHTS))) {
        throw InputException.of(
            "directory",
            out,
            "the training",
            "hold no model that another run has made",
            "give another directory, or remove this one");
      } else {
        Files.createDirectories(state);
        AtomicFile.write(run, StrictYaml.write(identity));
      }
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  /** Lets others write. */
  @Override
  public void close() {
    lock.close();
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
    // The weights of a finished run are taken as they are.
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
    for (String file : List.of(CARD, Recipe.WEIGHTS, Trainer.RECIPE, LOG, Trainer.CURVE)) {
      Files.deleteIfExists(out.resolve(file));
    }
  }

  /** Returns the newest checkpoint, if there is one. */
  Optional<Checkpoint> newest() {
    return checkpoints().stream()
        .reduce((first, second) -> second)
        .map(
            folder -> {
              TrainingLog log;
              try {
                log = TrainingLog.parse(Files.readString(folder.resolve(LOG)));
              } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
                throw damaged(folder, LOG + " cannot be read", e);
              }
              if (log.rows().size() != epoch(folder)) {
                throw damaged(folder, "%s has %d epochs".formatted(LOG, log.rows().size()), null);
              }
              return new Checkpoint(log, folder.resolve(Recipe.WEIGHTS), folder.resolve(MOMENTS));
            });
  }

  private static int epoch(Path folder) {
    Matcher name = CHECKPOINT.matcher(folder.getFileName().toString());
    return name.matches() ? Integer.parseInt(name.group(1)) : -1;
  }

  private static InputException damaged(Path folder, String why, Exception cause) {
    return new InputException(
        "The checkpoint (%s) of the training must be as it was saved, but %s.%nMaybe a copy is incomplete; remove %s to start afresh."
            .formatted(folder, why, folder.getParent().getParent()),
        cause);
  }

  private List<Path> checkpoints() {
    return entries(state, folder -> epoch(folder) > 0);
  }

  private static List<Path> entries(Path directory, Predicate<Path> which) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(which).sorted().toList();
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /** Keeps the state behind an epoch and lets go of earlier ones. */
  void save(TrainingLog log, Weights weights, Weights moments) {
    List<Path> earlier = checkpoints();
    Path checkpoint = state.resolve(EPOCH + "%05d".formatted(log.rows().size()));
    Path unfinished = AtomicFile.temporary(checkpoint);
    try {
      try {
        write(unfinished.resolve(Recipe.WEIGHTS), weights.all());
        write(unfinished.resolve(MOMENTS), moments.all());
        AtomicFile.write(unfinished.resolve(LOG), log.toCsv());
        Files.move(unfinished, checkpoint, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(unfinished);
      }
      for (Path old : earlier) {
        delete(old);
      }
      show(log);
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  private void show(TrainingLog log) {
    AtomicFile.write(out.resolve(LOG), log.toCsv());
    AtomicFile.write(out.resolve(Trainer.CURVE), TrainingCurve.svg(log));
  }

  /** Makes a model of the directory. */
  void finish(Recipe recipe, TrainingLog log, Weights weights) {
    // Again: the process may have died behind the last epoch.
    show(log);
    AtomicFile.write(out.resolve(Trainer.RECIPE), StrictYaml.write(recipe));
    Map<String, NDArray> network = new LinkedHashMap<>(weights.all());
    network.keySet().removeIf(name -> name.startsWith(LossState.PREFIX));
    write(out.resolve(Recipe.WEIGHTS), network);
    // The last: a directory with a card is whole.
    AtomicFile.write(out.resolve(CARD), StrictYaml.write(recipe.card().toMap()));
  }

  private static void write(Path file, Map<String, NDArray> arrays) {
    byte[] bytes = Safetensors.encode(arrays);
    AtomicFile.write(file, stream -> stream.write(bytes));
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
            .formatted(path, Reason.of(e)),
        e);
  }
}
