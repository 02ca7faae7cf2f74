package dev.holdfast.harness.run;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.reports.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of an audit while it is made: which run it belongs to, and its finished cells. A cell
 * file is written when everything of the cell is on disk, so it is the mark that the cell is done.
 */
final class RunFolder implements AutoCloseable {

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private static final String RUN = "run.json";
  private static final String LOCK = ".lock";
  private static final String CELLS = "cells";

  private final Path path;
  private final String configHash;
  private final FileChannel channel;
  private final FileLock lock;

  private RunFolder(Path path, String configHash, FileChannel channel, FileLock lock) {
    this.path = path;
    this.configHash = configHash;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * What a folder belongs to.
   *
   * @param configHash hash of everything that the numbers depend on
   * @param config the same, to be read by people
   */
  record Config(String configHash, Map<String, String> config) {}

  /**
   * Opens a folder: a new one, or one of the same run, which is then resumed.
   *
   * @param fresh whether to delete the results of another run that are there
   * @throws InputException if the folder holds something else
   */
  static RunFolder open(Path path, Map<String, String> config, boolean fresh) {
    String hash = hash(config);
    Path run = path.resolve(RUN);
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw InputException.of(
            "out", path, "the command line", "be a folder", "a file has that name already");
      }
      if (Files.isRegularFile(run)) {
        Config there = readConfig(run);
        if (fresh) {
          clear(path);
        } else if (!there.configHash().equals(hash)) {
          throw InputException.of(
              "out",
              path,
              "the command line",
              "belong to this run, but it holds another one (" + difference(there, config) + ")",
              "choose another folder, or add --fresh to delete what is there");
        }
      } else if (Files.exists(path) && !empty(path)) {
        throw InputException.of(
            "out",
            path,
            "the command line",
            "be empty or the folder of an audit, and it holds other files",
            "choose another folder");
      }
      Files.createDirectories(path.resolve(CELLS));
      FileChannel channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lock(channel);
      if (lock == null) {
        channel.close();
        throw InputException.of(
            "out",
            path,
            "the command line",
            "not be in use by another run",
            "wait for that one, or choose another folder");
      }
      removeTemporaryFiles(path);
      AtomicFile.write(
          run,
          MAPPER
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(new Config(hash, new TreeMap<>(config)))
              + "\n");
      return new RunFolder(path, hash, channel, lock);
    } catch (IOException e) {
      throw new RunException(
          "The folder %s cannot be used: %s.%nMaybe the disk is full or write-protected."
              .formatted(path, e),
          e);
    }
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static Config readConfig(Path run) throws IOException {
    try {
      return MAPPER.readValue(Files.readAllBytes(run), Config.class);
    } catch (JacksonException e) {
      return new Config("unreadable", Map.of());
    }
  }

  private static String difference(Config there, Map<String, String> config) {
    List<String> keys =
        config.keySet().stream()
            .filter(k -> !config.get(k).equals(there.config().get(k)))
            .sorted()
            .toList();
    return keys.isEmpty() ? "its run.json is unreadable" : "other " + String.join(", ", keys);
  }

  private static boolean empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Deletes what an audit writes, and nothing else that may lie in the folder. */
  private static void clear(Path path) throws IOException {
    for (String name :
        List.of(
            CELLS,
            Evidence.FOLDER,
            "audit.json",
            "results.csv",
            "report.md",
            "report.html",
            "queries.csv.gz",
            RUN)) {
      Path victim = path.resolve(name);
      if (Files.exists(victim)) {
        try (Stream<Path> tree = Files.walk(victim)) {
          for (Path p : tree.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(p);
          }
        }
      }
    }
  }

  /** A killed run leaves half-written files behind, all with this ending. */
  private static void removeTemporaryFiles(Path path) throws IOException {
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path p :
          tree.filter(
                  f ->
                      f.getFileName().toString().startsWith(".")
                          && f.getFileName().toString().endsWith(".tmp"))
              .toList()) {
        Files.deleteIfExists(p);
      }
    }
  }

  private static String hash(Map<String, String> config) {
    byte[] digest = Evidence.sha256().digest(MAPPER.writeValueAsBytes(new TreeMap<>(config)));
    return java.util.HexFormat.of().formatHex(digest).substring(0, 16);
  }

  Path path() {
    return path;
  }

  String configHash() {
    return configHash;
  }

  /**
   * Returns what was stored under a name by this run; empty where nothing was, or where it is
   * damaged, so that it is computed again.
   */
  <T> Optional<T> read(String name, Class<T> type) {
    Path file = path.resolve(CELLS).resolve(name + ".json");
    try {
      return Files.isRegularFile(file)
          ? Optional.of(MAPPER.readValue(Files.readAllBytes(file), type))
          : Optional.empty();
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /** Returns a finished cell of this run. */
  Optional<CellOutcome> cell(String id) {
    return read(id, CellOutcome.class)
        .filter(o -> o.cell().equals(id) && o.configHash().equals(configHash))
        .filter(
            o ->
                o.evidence() == null
                    || Files.isRegularFile(
                        path.resolve(Evidence.FOLDER).resolve(o.evidence().file())));
  }

  /** Stores something under a name. */
  void write(String name, Object value) {
    AtomicFile.write(
        path.resolve(CELLS).resolve(name + ".json"), MAPPER.writeValueAsString(value) + "\n");
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
      Files.deleteIfExists(path.resolve(LOCK));
    } catch (IOException e) {
      throw new RunException("The lock of %s cannot be released: %s".formatted(path, e), e);
    }
  }
}
