package dev.holdfast.harness.cli;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.corruption.Family;
import dev.holdfast.attacks.corruption.FrostTextures;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.models.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Corrupted copies of images. */
@Command(
    name = "corrupt",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = "Write corrupted copies of all images below a folder as 8-bit PNG files.")
final class CorruptCommand implements Callable<Integer> {

  private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif");

  /** Images of more pixels than this are corrupted one at a time, not one per thread. */
  private static final int LARGE = 4_000_000;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where images are.")
  private Path in;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where copies go.")
  private Path out;

  @Option(
      names = "--corruption",
      split = ",",
      paramLabel = "ID",
      description = "One or more, with commas: see \"holdfast list corruptions\".")
  private List<String> ids = List.of();

  @Option(
      names = "--family",
      split = ",",
      paramLabel = "ID",
      description = "All corruptions of one or more families: noise, blur, weather, ...")
  private List<String> families = List.of();

  @Option(
      names = "--severity",
      split = ",",
      paramLabel = "N",
      defaultValue = "3",
      description = "One or more of 1 to 5, or all. Default: ${DEFAULT-VALUE}.")
  private List<String> severities;

  @Option(
      names = "--dialect",
      paramLabel = "ID",
      description =
          "hendrycks-32, hendrycks-64 or hendrycks-224. Default: by the size of each image.")
  private String dialect;

  @Option(
      names = "--frost-dir",
      paramLabel = "DIR",
      description =
          "Pictures frost1 to frost5 for corruption frost. Default: drawn by the program.")
  private Path frost;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description =
          "Also show the first image under each corruption (rows) and severity (columns).")
  private Path sheet;

  @Mixin private ThreadOptions threads;

  private final Object oneLargeAtATime = new Object();
  private List<Corruption> chosen;
  private List<Integer> strengths;
  private Dialect fixed;

  @Override
  public Integer call() throws IOException {
    chosen = corruptions();
    strengths = strengths();
    fixed = dialect == null ? null : Dialect.of(dialect);
    int workers = threads.threads();
    if (!Files.isDirectory(in)) {
      throw InputException.of("in", in, "the command line", "be a folder", "its name is misspelt");
    }
    refuseInsideImages("out", out);
    OutputChecks.requireFolder("out", out);
    OutputChecks.requirePicture("sheet", sheet);
    if (sheet != null) {
      refuseInsideImages("sheet", sheet);
    }
    List<Path> files;
    try (Stream<Path> tree = Files.walk(in)) {
      files = tree.filter(Files::isRegularFile).filter(CorruptCommand::isImage).sorted().toList();
    }
    if (files.isEmpty()) {
      throw InputException.of(
          "in", in, "the command line", "hold images", "they have an unknown ending");
    }
    refuseEqualTargets(files);
    List<Copied> done = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine())) {
      List<Future<Copied>> pending = new ArrayList<>();
      for (Path file : files) {
        pending.add(pool.submit(() -> copy(file)));
      }
      for (Future<Copied> copied : pending) {
        done.add(get(copied));
        done.get(done.size() - 1).complaints().forEach(ticker::say);
        ticker.step("corrupting", done.size(), files.size());
      }
      Path first = first(files, done);
      if (sheet != null && first != null) {
        BufferedImage picture = sheet(first);
        AtomicFile.write(sheet, stream -> ImageIO.write(picture, "png", stream));
      }
    } finally {
      pool.shutdownNow();
    }
    return conclude(done);
  }

  /** Tells what was done, under which dialects. */
  private int conclude(List<Copied> done) {
    PrintWriter words = spec.commandLine().getOut();
    Map<Dialect, Integer> dialects = new EnumMap<>(Dialect.class);
    int copies = 0;
    int unread = 0;
    for (Copied each : done) {
      copies += each.copies();
      unread += each.dialect() == null ? 1 : 0;
      if (each.dialect() != null) {
        dialects.merge(each.dialect(), 1, Integer::sum);
      }
    }
    int read = done.size() - unread;
    words.printf("%d copies of %d images in %s, %d could not be read%n", copies, read, out, unread);
    int due = read * chosen.size() * strengths.size();
    if (copies < due) {
      words.printf("%d of %d copies could not be made%n", due - copies, due);
    }
    dialects.forEach(
        (used, count) ->
            words.printf(
                "dialect %s: %d images%n",
                String.join(", ", chosen.stream().map(c -> c.dialect(used)).distinct().toList()),
                count));
    if (sheet != null && read > 0) {
      words.printf("contact sheet in %s%n", sheet);
    }
    words.flush();
    return copies == 0 ? Holdfast.INPUT : Holdfast.OK;
  }

  private List<Corruption> corruptions() {
    if (ids.isEmpty() && families.isEmpty()) {
      throw InputException.of(
          "corruption",
          "none",
          "the command line",
          "be given",
          "add --corruption gaussian-noise or --family noise");
    }
    FrostTextures textures = frost == null ? FrostTextures.procedural() : FrostTextures.read(frost);
    List<Family> meant = families.stream().map(Family::of).toList();
    return Stream.concat(
            ids.stream().map(Corruption::of),
            Corruption.all().stream().filter(c -> meant.contains(c.family())))
        .map(c -> c.with(textures))
        .distinct()
        .toList();
  }

  private List<Integer> strengths() {
    if (severities.equals(List.of("all"))) {
      return List.of(1, 2, 3, 4, 5);
    }
    for (String severity : severities) {
      if (!severity.matches("[1-5]")) {
        throw InputException.of(
            "severity",
            severity,
            "the command line",
            "be 1, 2, 3, 4 or 5, or all",
            "write 1,2,3 for several");
      }
    }
    return severities.stream().map(Integer::valueOf).distinct().toList();
  }

  private void refuseInsideImages(String key, Path path) throws IOException {
    if (real(path).startsWith(real(in))) {
      throw InputException.of(
          key, path, "the command line", "lie outside of the images", "use a folder beside it");
    }
  }

  /** Follows links as far as the path exists. */
  private static Path real(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Path existing = absolute;
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing.toRealPath().resolve(existing.relativize(absolute));
  }

  /** Returns the name of an image's copies. */
  private static Path target(Path relative) {
    String name = relative.toString();
    return Path.of(name.substring(0, name.lastIndexOf('.')) + ".png");
  }

  /** Returns where copies are; where there is one of each image, no folders tell them apart. */
  private Path folder(Corruption corruption, int severity) {
    return chosen.size() == 1 && strengths.size() == 1
        ? out
        : out.resolve(corruption.id()).resolve(Integer.toString(severity));
  }

  private void refuseEqualTargets(List<Path> files) {
    Map<Path, Path> targets = new HashMap<>();
    for (Path file : files) {
      Path other = targets.put(target(in.relativize(file)), file);
      if (other != null) {
        throw InputException.of(
            "images",
            other + " and " + file.getFileName(),
            in.toString(),
            "have names that differ in more than their ending, since both become .png",
            "rename one of them");
      }
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  /**
   * What became of an image.
   *
   * @param dialect null if it could not be read
   * @param copies how many were written
   * @param complaints why others were not
   */
  private record Copied(Dialect dialect, int copies, List<String> complaints) {}

  private static Copied get(Future<Copied> copied) {
    try {
      return copied.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Copied copy(Path file) {
    Path relative = in.relativize(file);
    PixelImage image;
    try {
      image = read(file);
    } catch (IOException e) {
      String why = "Not read: " + relative + " (" + e.getMessage() + ")";
      return new Copied(null, 0, List.of(why));
    } catch (OutOfMemoryError e) {
      return new Copied(null, 0, List.of("Not read: " + relative + " (" + memory() + ")"));
    }
    if ((long) image.height() * image.width() > LARGE) {
      synchronized (oneLargeAtATime) {
        return copy(image, relative);
      }
    }
    return copy(image, relative);
  }

  private Copied copy(PixelImage image, Path relative) {
    Dialect used = dialect(image);
    List<String> complaints = new ArrayList<>();
    int copies = 0;
    for (Corruption corruption : chosen) {
      for (int severity : strengths) {
        String problem = write(image, relative, corruption, severity);
        if (problem == null) {
          copies++;
        } else {
          complaints.add(
              "Not copied: %s under %s %d (%s)"
                  .formatted(relative, corruption.id(), severity, problem));
        }
      }
    }
    return new Copied(used, copies, complaints);
  }

  /** Writes one copy, and returns null or why it could not be made. */
  private String write(PixelImage image, Path relative, Corruption corruption, int severity) {
    try {
      BufferedImage picture = picture(corrupted(image, relative, corruption, severity));
      Path target = folder(corruption, severity).resolve(target(relative));
      AtomicFile.write(target, stream -> ImageIO.write(picture, "png", stream));
      return null;
    } catch (InputException e) {
      return e.getMessage().lines().findFirst().orElseThrow();
    } catch (OutOfMemoryError e) {
      // A large array that does not fit is not made at all; everything else is as it was.
      return memory();
    }
  }

  private static String memory() {
    return "it needs more memory than the %d MB there are; HOLDFAST_HEAP_PERCENT=80 gives more"
        .formatted(Runtime.getRuntime().maxMemory() >> 20);
  }

  private Dialect dialect(PixelImage image) {
    return fixed == null ? Dialect.forSize(image.height(), image.width()) : fixed;
  }

  private PixelImage corrupted(
      PixelImage image, Path relative, Corruption corruption, int severity) {
    Dialect used = dialect(image);
    long id = CounterRng.hash(relative.toString().replace('\\', '/'));
    return corruption.apply(
        image, severity, used, Corruption.rng(threads.seed(), id, corruption.id(), severity, used));
  }

  private static Path first(List<Path> files, List<Copied> done) {
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i).copies() > 0) {
        return files.get(i);
      }
    }
    return null;
  }

  /** Shows an image, clean and under everything. */
  private BufferedImage sheet(Path file) throws IOException {
    PixelImage clean = read(file);
    List<String> columns = new ArrayList<>(List.of("clean"));
    strengths.forEach(s -> columns.add(Integer.toString(s)));
    ContactSheet cells =
        new ContactSheet(clean, chosen.stream().map(Corruption::id).toList(), columns);
    for (int row = 0; row < chosen.size(); row++) {
      cells.put(row, 0, clean);
      for (int i = 0; i < strengths.size(); i++) {
        cells.put(
            row, i + 1, corrupted(clean, in.relativize(file), chosen.get(row), strengths.get(i)));
      }
    }
    return cells.picture();
  }

  private static PixelImage read(Path file) throws IOException {
    RgbImage image = ImageDecoder.decode(Files.readAllBytes(file));
    int plane = image.width() * image.height();
    float[] values = new float[3 * plane];
    for (int p = 0; p < plane; p++) {
      for (int c = 0; c < 3; c++) {
        values[c * plane + p] = (image.rgb()[3 * p + c] & 0xff) / 255f;
      }
    }
    return new PixelImage(3, image.height(), image.width(), values);
  }

  private static BufferedImage picture(PixelImage image) {
    BufferedImage picture =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    int plane = image.height() * image.width();
    int[] line = new int[image.width()];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < line.length; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          float value = image.values()[c * plane + y * image.width() + x];
          rgb = rgb << 8 | Math.round(value * 255);
        }
        line[x] = rgb;
      }
      picture.getRaster().setDataElements(0, y, line.length, 1, line);
    }
    return picture;
  }
}
