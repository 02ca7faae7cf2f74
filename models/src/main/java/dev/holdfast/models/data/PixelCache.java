package dev.holdfast.models.data;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.Reason;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.Resizer;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cache of the images of a set at model input size, decoded once into a file of bytes that later
 * runs read again. The file belongs to the contents of the images and to the model input's size,
 * and is rebuilt if it is damaged. Safe for use by several threads.
 */
public final class PixelCache implements AutoCloseable {

  /** Part of the file names: another number and older files are not looked at any more. */
  private static final int FORMAT = 2;

  private static final String TASK = "images";
  private static final String WAITING = "waiting for another run that decodes these images";

  /** Locks of files are between processes; this one is between threads. */
  private static final Object WRITING = new Object();

  private static final int SHOWN = 3;
  private static final int LONGEST_REASON = 500;
  private static final float[] UNIT = new float[256];

  static {
    for (int level = 0; level < UNIT.length; level++) {
      UNIT[level] = level / 255f;
    }
  }

  private final InputSpec spec;
  private final String fingerprint;
  private final PixelFile file;
  private final Optional<Path> temporaryDir;
  private final List<ImageItem> items = new ArrayList<>();
  private final List<Integer> slots = new ArrayList<>();
  private final List<Broken> broken = new ArrayList<>();
  private final List<String> notes;

  private PixelCache(
      ImageSet set,
      List<String> hashes,
      InputSpec spec,
      String fingerprint,
      PixelFile file,
      Optional<Path> temporaryDir) {
    this.spec = spec;
    this.fingerprint = fingerprint;
    this.file = file;
    this.temporaryDir = temporaryDir;
    for (int slot = 0; slot < set.items().size(); slot++) {
      ImageItem item = set.items().get(slot);
      String reason = file.reasons().get(slot);
      if (reason == null) {
        items.add(item);
        slots.add(slot);
      } else {
        broken.add(new Broken(item.path(), reason));
      }
    }
    this.notes = List.copyOf(copies(set, hashes));
  }

  /**
   * An image that is there twice finds its copy, whatever the model is worth. Links, names that
   * differ in case alone and rows of a manifest lead to such copies.
   */
  private List<String> copies(ImageSet set, List<String> hashes) {
    List<String> found = new ArrayList<>();
    if (set.merged() > 0) {
      found.add(
          "%d images are queries and stand in the gallery, too (the same file of the same class); none is compared with itself."
              .formatted(set.merged()));
    }
    Map<String, List<ImageItem>> equal = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      equal.computeIfAbsent(hashes.get(slots.get(i)), h -> new ArrayList<>()).add(items.get(i));
    }
    equal.values().removeIf(copies -> copies.size() == 1);
    if (equal.isEmpty()) {
      return found;
    }
    long contradictions =
        equal.values().stream()
            .filter(c -> c.stream().map(ImageItem::label).distinct().count() > 1)
            .count();
    found.add(
        "%d images are copies of others, byte for byte%s."
            .formatted(
                equal.values().stream().mapToInt(c -> c.size() - 1).sum(),
                contradictions == 0
                    ? ""
                    : "; " + contradictions + " of the originals have copies of another class"));
    long sure = equal.values().stream().mapToLong(PixelCache::queriesWithCopies).sum();
    if (set.protocol() == Protocol.QUERY_GALLERY && sure > 0) {
      found.add(
          "%d queries have a copy in the gallery that counts as another image of their class."
              .formatted(sure));
    }
    return found;
  }

  private static long queriesWithCopies(List<ImageItem> equal) {
    return equal.stream()
        .filter(query -> query.role().asks())
        .filter(
            query ->
                equal.stream()
                    .anyMatch(
                        other ->
                            other.id() != query.id()
                                && other.role().answers()
                                && other.label() == query.label()))
        .count();
  }

  /**
   * An image that could not be read.
   *
   * @param path the item's path
   * @param reason what is wrong with it
   */
  public record Broken(String path, String reason) {}

  /**
   * Decodes, resizes and crops every image of a set, or finds that an earlier call has done so.
   *
   * @param set the images
   * @param spec the model input
   * @param cacheDir where the pixels are kept; null for a temporary folder that goes with {@link
   *     #close()}
   * @param progress hears how many images are done
   * @param strict whether a broken image is an error
   * @throws InputException if no image can be read, or one cannot and {@code strict} is set
   * @throws RunException if the pixels cannot be written
   */
  public static PixelCache open(
      ImageSet set, InputSpec spec, Path cacheDir, Progress progress, boolean strict) {
    List<String> hashes = set.identify(progress).items().stream().map(set::contentHash).toList();
    String fingerprint = set.fingerprint();
    PixelCache store;
    try {
      Optional<Path> temporaryDir =
          cacheDir == null
              ? Optional.of(Files.createTempDirectory("holdfast-pixels"))
              : Optional.empty();
      Path dir = Files.createDirectories(temporaryDir.orElse(cacheDir));
      String key = key(contents(set, hashes), spec, ImageDecoder.VERSION);
      PixelFile file = file(set, hashes, spec, dir, key, progress);
      store = new PixelCache(set, hashes, spec, fingerprint, file, temporaryDir);
    } catch (IOException | UncheckedIOException e) {
      throw new RunException(
          "The pixels of %s could not be kept in %s: %s.%nMaybe the disk is full or write-protected."
              .formatted(
                  set.name(), cacheDir == null ? "a temporary folder" : cacheDir, Reason.of(e)),
          e);
    }
    try {
      store.check(set, strict);
    } catch (InputException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private static PixelFile file(
      ImageSet set, List<String> hashes, InputSpec spec, Path dir, String key, Progress progress)
      throws IOException {
    Path path = dir.resolve("pixels-" + key + ".u8");
    int count = set.items().size();
    int imageBytes = 3 * spec.height() * spec.width();
    Optional<PixelFile> earlier = PixelFile.open(path, count, imageBytes);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    synchronized (WRITING) {
      try (PixelLock lock = PixelLock.of(dir, key, () -> progress.step(WAITING, 0, 1))) {
        Optional<PixelFile> another = PixelFile.open(path, count, imageBytes);
        if (another.isPresent()) {
          return another.get();
        }
        checkSpace(set, dir, (long) count * imageBytes);
        write(set, hashes, spec, path, key, progress);
      }
    }
    return PixelFile.open(path, count, imageBytes)
        .orElseThrow(() -> new IOException("the file was changed while it was written"));
  }

  /** Better said now than after an hour of decoding. */
  private static void checkSpace(ImageSet set, Path dir, long bytes) throws IOException {
    long left = Files.getFileStore(dir).getUsableSpace();
    if (left < bytes) {
      throw new RunException(
          "The pixels of %s take %s, and the disk of %s has %s left.%nMaybe free some, or set XDG_CACHE_HOME to a folder on another disk."
              .formatted(set.name(), size(bytes), dir, size(left)));
    }
  }

  private static String size(long bytes) {
    return bytes < 1e9
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  private void check(ImageSet set, boolean strict) {
    if (broken.isEmpty() || (!strict && !items.isEmpty())) {
      return;
    }
    List<String> shown =
        broken.stream().limit(SHOWN).map(b -> b.path() + " (" + b.reason() + ")").toList();
    String more = broken.size() > SHOWN ? " and " + (broken.size() - SHOWN) + " more" : "";
    throw InputException.of(
        "images",
        String.join(", ", shown) + more,
        "the data set " + set.name(),
        "be readable",
        items.isEmpty()
            ? "the paths of the manifest are relative to another folder, or the format is none that can be read"
            : "the files are damaged; without --strict they are left out and counted");
  }

  /** Names are no part of what is drawn, but the reason why a file is missing may name it. */
  static String contents(ImageSet set, List<String> hashes) {
    MessageDigest digest = Sha256.digest();
    for (int i = 0; i < hashes.size(); i++) {
      String hash = hashes.get(i);
      String line = hash.equals(ImageFiles.MISSING) ? hash + " " + set.items().get(i).path() : hash;
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Sha256.hex(digest);
  }

  /** Returns what names the file: all that its content depends on. */
  static String key(String contents, InputSpec spec, String decoder) {
    return Sha256.hex(
            String.format(Locale.ROOT, "%d %s %s %s", FORMAT, decoder, contents, spec.pixelKey()))
        .substring(0, 32);
  }

  private static void write(
      ImageSet set, List<String> hashes, InputSpec spec, Path path, String key, Progress progress)
      throws IOException {
    Path unfinished = PixelLock.unfinished(path.getParent(), key);
    try {
      int count = set.items().size();
      try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE);
          PixelFile.Writer writer =
              new PixelFile.Writer(channel, count, 3 * spec.height() * spec.width())) {
        StepCounter counter = new StepCounter(TASK, progress, count);
        IntStream.range(0, count)
            .parallel()
            .forEach(
                slot -> {
                  try {
                    writer.put(
                        slot,
                        planar(
                            Resizer.fit(
                                set.decode(set.items().get(slot), hashes.get(slot)), spec)));
                  } catch (IOException e) {
                    writer.putBroken(slot, reason(e));
                  }
                  counter.step();
                });
      }
      try {
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static String reason(IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
  }

  private static byte[] planar(RgbImage image) {
    int plane = image.width() * image.height();
    byte[] planes = new byte[3 * plane];
    for (int i = 0; i < plane; i++) {
      for (int channel = 0; channel < 3; channel++) {
        planes[channel * plane + i] = image.rgb()[3 * i + channel];
      }
    }
    return planes;
  }

  /** Returns the number of images that could be read. */
  public int size() {
    return items.size();
  }

  /** Returns the items that could be read, sorted by path. */
  public List<ImageItem> items() {
    return List.copyOf(items);
  }

  /** Returns the images that could not be read, sorted by path. */
  public List<Broken> broken() {
    return List.copyOf(broken);
  }

  /** Returns sentences that whoever reads results on these images should know. */
  public List<String> notes() {
    return notes;
  }

  /** Returns the notes, and a sentence on images that could not be read if there are any. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(notes);
    if (!broken.isEmpty()) {
      remarks.add(
          "%d images could not be read and are left out, first %s: %s"
              .formatted(broken.size(), broken.get(0).path(), broken.get(0).reason()));
    }
    return remarks;
  }

  /** Returns {@link ImageSet#fingerprint} of the set, broken images included. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Writes image {@code index} as 3 x H x W in [0,1], RGB, to {@code out} from {@code offset}. */
  public void rgb(int index, float[] out, int offset) {
    byte[] levels = levels(index);
    for (int i = 0; i < levels.length; i++) {
      out[offset + i] = UNIT[levels[i] & 0xff];
    }
  }

  /**
   * Writes what the model sees: 3 x H x W RGB (also for {@link ColorMode#BGR}), or 1 x H x W for a
   * gray model, in [0,1]. Gray is {@code (19595 R + 38470 G + 7471 B + 32768) >> 16} on 8-bit
   * levels (ITU-R BT.601 luma).
   */
  public void input(int index, float[] out, int offset) {
    if (spec.color() != ColorMode.GRAY) {
      rgb(index, out, offset);
      return;
    }
    byte[] levels = levels(index);
    int plane = levels.length / 3;
    for (int i = 0; i < plane; i++) {
      int red = levels[i] & 0xff;
      int green = levels[plane + i] & 0xff;
      int blue = levels[2 * plane + i] & 0xff;
      out[offset + i] = UNIT[(19595 * red + 38470 * green + 7471 * blue + 32768) >> 16];
    }
  }

  /** Returns a number that is equal for images with the same pixels at model input size. */
  public long hash(int index) {
    long hash = 0;
    for (byte level : levels(index)) {
      hash = (hash ^ level) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    return hash;
  }

  /** Returns the file that holds the pixels. */
  Path path() {
    return file.path();
  }

  private byte[] levels(int index) {
    try {
      return file.read(slots.get(index));
    } catch (IOException e) {
      throw new RunException(
          "The pixels of %s could not be read again: %s.%nMaybe the cache folder was removed."
              .formatted(items.get(index).path(), Reason.of(e)),
          e);
    }
  }

  /** Closes the file, and removes it if it was a temporary one. */
  @Override
  public void close() {
    try {
      file.close();
      if (temporaryDir.isPresent()) {
        try (Stream<Path> files = Files.list(temporaryDir.get())) {
          for (Path temporary : files.toList()) {
            Files.deleteIfExists(temporary);
          }
        }
        Files.deleteIfExists(temporaryDir.get());
      }
    } catch (IOException e) {
      throw new RunException("The file %s could not be removed.".formatted(file.path()), e);
    }
  }
}
