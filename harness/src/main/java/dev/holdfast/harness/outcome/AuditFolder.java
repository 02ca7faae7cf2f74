package dev.holdfast.harness.outcome;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.metrics.file.FolderLock;
import dev.holdfast.reports.AuditFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
public final class AuditFolder implements AutoCloseable {

  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private static final String RUN = "run.json";
  private static final String CELLS = "cells";

  private final Path path;
  private final String configHash;
  private final FolderLock lock;
  private final boolean made;

  private AuditFolder(Path path, String configHash, FolderLock lock, boolean made) {
    this.path = path;
    this.configHash = configHash;
    this.lock = lock;
    this.made = made;
  }

  /**
   * What a folder belongs to.
   *
   * @param configHash hash of everything that the numbers depend on
   * @param config the same, to be read by people
   */
  record Config(String configHash, Map<String, String> config) {}

  /**
   * Looks at a folder before hours of work.
   *
   * @throws InputException if the folder is a file, or holds something else than an audit
   */
  public static void refuseOther(Path path) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw InputException.of(
          "out",
          path,
          "the command line",
          "be a folder",
          "choose another name: a file has that name already");
    }
    try {
      if (!Files.isRegularFile(path.resolve(RUN)) && Files.exists(path) && !empty(path)) {
        throw InputException.of(
            "out",
            path,
            "the command line",
            "be empty or the folder of an audit, and it holds other files",
            "choose another folder");
      }
    } catch (IOException e) {
      throw refused(path, e);
    }
  }

  /**
   * Opens a folder: a new one, or one of the same run, which is then resumed.
   *
   * @param fresh whether to delete the results of another run that are there
   * @throws InputException if the folder holds something else
   */
  public static AuditFolder open(Path path, Map<String, String> config, boolean fresh) {
    refuseOther(path);
    try {
      boolean made = !Files.exists(path);
      Files.createDirectories(path);
      // Before anything is looked at or deleted: another run may be at work in there.
      FolderLock lock =
          FolderLock.take(path)
              .orElseThrow(
                  () ->
                      InputException.of(
                          "out",
                          path,
                          "the command line",
                          "not be in use by another run",
                          "wait for that one, or choose another folder"));
      return claimed(new AuditFolder(path, hash(config), lock, made), config, fresh);
    } catch (IOException e) {
      throw refused(path, e);
    }
  }

  /** Says why nothing can be written in a folder. */
  public static InputException refused(Path out, IOException e) {
    return new InputException(
        "The out (%s) of the command line must be a folder that can be written to: %s.%nMaybe choose another folder; this one may be write-protected."
            .formatted(out, Reason.of(e)),
        e);
  }

  private static AuditFolder claimed(AuditFolder folder, Map<String, String> config, boolean fresh)
      throws IOException {
    boolean claimed = false;
    try {
      folder.claim(config, fresh);
      claimed = true;
      return folder;
    } finally {
      if (!claimed) {
        folder.close();
      }
    }
  }

  /** Makes the locked folder one of this run. */
  private void claim(Map<String, String> config, boolean fresh) throws IOException {
    Path run = path.resolve(RUN);
    if (Files.isRegularFile(run)) {
      Config there = readConfig(run);
      if (fresh || !started()) {
        clear(path);
      } else if (!there.configHash().equals(configHash)) {
        throw InputException.of(
            "out",
            path,
            "the command line",
            "belong to this run, but it holds another one (" + difference(there, config) + ")",
            "choose another folder, or delete what is there: --fresh does so in an audit");
      }
    }
    Files.createDirectories(path.resolve(CELLS));
    removeTemporaryFiles(path);
    AtomicFile.write(
        run,
        MAPPER
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(new Config(configHash, new TreeMap<>(config)))
            + "\n");
  }

  /** A run that stored nothing, because its model or data were refused, is in nobody's way. */
  private boolean started() throws IOException {
    Path cells = path.resolve(CELLS);
    Path evidence = path.resolve(Evidence.FOLDER);
    return (Files.isDirectory(cells) && !isEmptyFolder(cells))
        || (Files.isDirectory(evidence) && !isEmptyFolder(evidence))
        || Files.exists(path.resolve(AuditFiles.AUDIT));
  }

  /** Takes back what opening wrote, if the run was refused before it stored anything. */
  public void withdraw() {
    try {
      if (!started()) {
        clear(path);
        Files.deleteIfExists(path.resolve(FolderLock.FILE));
        if (made) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      // What was refused is worth a message; what lies there is in no later run's way.
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
    if (there.config().isEmpty()) {
      return "its run.json is unreadable";
    }
    List<String> keys =
        config.keySet().stream()
            .filter(k -> !config.get(k).equals(there.config().get(k)))
            .sorted()
            .toList();
    return "other " + String.join(", ", keys);
  }

  /** A run that was killed before it had begun leaves a lock and half a run.json behind. */
  private static boolean empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.equals(FolderLock.FILE)
            && !AtomicFile.isTemporary(file)
            && !(name.equals(CELLS) && Files.isDirectory(file) && isEmptyFolder(file))) {
          return false;
        }
      }
      return true;
    }
  }

  private static boolean isEmptyFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Deletes what an audit writes, and nothing else that may lie in the folder. */
  private static void clear(Path path) throws IOException {
    clear(path.resolve(CELLS), ".json");
    clear(path.resolve(AuditFiles.SHOWN), ".png", ".json");
    clear(path.resolve(Evidence.FOLDER), ".npz", Evidence.INDEX);
    // The mark that the folder is that of an audit goes last.
    for (String name :
        List.of(
            AuditFiles.AUDIT,
            AuditFiles.RESULTS,
            AuditFiles.MARKDOWN,
            AuditFiles.HTML,
            AuditFiles.QUERIES,
            RUN)) {
      Files.deleteIfExists(path.resolve(name));
    }
  }

  private static void clear(Path folder, String... endings) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (Arrays.stream(endings).anyMatch(name::endsWith)) {
          Files.delete(file);
        }
      }
    }
    if (isEmptyFolder(folder)) {
      Files.delete(folder);
    }
  }

  /** A killed run leaves half-written files behind. */
  private static void removeTemporaryFiles(Path path) throws IOException {
    for (Path folder :
        List.of(
            path,
            path.resolve(CELLS),
            path.resolve(Evidence.FOLDER),
            path.resolve(AuditFiles.SHOWN))) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.filter(AtomicFile::isTemporary).toList()) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }

  private static String hash(Map<String, String> config) {
    return Sha256.hex(MAPPER.writeValueAsBytes(new TreeMap<>(config))).substring(0, 16);
  }

  public Path path() {
    return path;
  }

  public String configHash() {
    return configHash;
  }

  /**
   * Returns what was stored under a name by this run; empty where nothing was, or where it is
   * damaged, so that it is computed again.
   */
  public <T> Optional<T> read(String name, Class<T> type) {
    Path file = path.resolve(CELLS).resolve(name + ".json");
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      String text = Files.readString(file);
      int end = text.indexOf('\n');
      String payload = text.substring(end + 1);
      Header seal = MAPPER.readValue(text.substring(0, Math.max(0, end)), Header.class);
      return new Header(name, configHash, Sha256.hex(payload)).equals(seal)
          ? Optional.ofNullable(MAPPER.readValue(payload, type))
          : Optional.empty();
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * The first line of a stored file: what it is, whose, and the hash of the rest. A file of another
   * run, of another cell, or with a damaged digit is not taken for a result.
   */
  private record Header(String name, String configHash, String sha256) {}

  /**
   * Returns a finished cell of this run. One whose evidence or pictures have changed or are gone is
   * none: it is computed again.
   */
  public Optional<CellOutcome> cell(String id) {
    return read(id, CellOutcome.class)
        .filter(o -> id.equals(o.cell()) && configHash.equals(o.configHash()))
        .filter(o -> o.evidence() == null || Evidence.isWhole(path, o.evidence()))
        .filter(o -> o.pictures().stream().allMatch(p -> Evidence.isWhole(path, p)));
  }

  /** Stores something under a name. */
  public void write(String name, Object value) {
    String payload = MAPPER.writeValueAsString(value) + "\n";
    String seal = MAPPER.writeValueAsString(new Header(name, configHash, Sha256.hex(payload)));
    AtomicFile.write(path.resolve(CELLS).resolve(name + ".json"), seal + "\n" + payload);
  }

  @Override
  public void close() {
    lock.close();
  }
}
