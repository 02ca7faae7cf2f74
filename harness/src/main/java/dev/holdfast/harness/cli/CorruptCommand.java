package dev.holdfast.harness.cli;

import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.corruption.PixelImage;
import dev.holdfast.harness.run.Ticker;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.data.ImageDecoder;
import dev.holdfast.models.data.RgbImage;
import dev.holdfast.reports.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where images are.")
  private Path in;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where copies go.")
  private Path out;

  @Option(
      names = "--corruption",
      required = true,
      paramLabel = "ID",
      description = "See \"holdfast list corruptions\".")
  private String corruption;

  @Option(
      names = "--severity",
      paramLabel = "1-5",
      defaultValue = "3",
      description = "Default: ${DEFAULT-VALUE}.")
  private int severity;

  @Option(
      names = "--dialect",
      paramLabel = "ID",
      description =
          "hendrycks-32, hendrycks-64 or hendrycks-224. Default: by the size of the image.")
  private String dialect;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Override
  public Integer call() throws IOException {
    Corruption chosen = Corruption.of(corruption);
    if (severity < 1 || severity > 5) {
      throw InputException.of(
          "severity", severity, "the command line", "be 1, 2, 3, 4 or 5", "try 3");
    }
    Dialect fixed = dialect == null ? null : Dialect.of(dialect);
    if (!Files.isDirectory(in)) {
      throw InputException.of("in", in, "the command line", "be a folder", "its name is misspelt");
    }
    if (real(out).startsWith(real(in))) {
      throw InputException.of(
          "out", out, "the command line", "lie outside of the images", "use a folder beside it");
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
    int broken = 0;
    try (Ticker ticker = EngineOptions.ticker(spec.commandLine())) {
      for (int i = 0; i < files.size(); i++) {
        Path relative = in.relativize(files.get(i));
        try {
          corrupt(files.get(i), relative, chosen, fixed);
        } catch (IOException e) {
          broken++;
          ticker.say("Not read: " + relative + " (" + e.getMessage() + ")");
        }
        ticker.step("corrupting", i + 1, files.size());
      }
    }
    spec.commandLine()
        .getOut()
        .printf("%d images in %s, %d could not be read%n", files.size() - broken, out, broken);
    spec.commandLine().getOut().flush();
    return broken == files.size() ? Holdfast.INPUT : Holdfast.OK;
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

  private Path target(Path relative) {
    String name = relative.toString();
    return out.resolve(name.substring(0, name.lastIndexOf('.')) + ".png");
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

  private void corrupt(Path file, Path relative, Corruption chosen, Dialect fixed)
      throws IOException {
    RgbImage image = ImageDecoder.decode(Files.readAllBytes(file));
    int plane = image.width() * image.height();
    float[] values = new float[3 * plane];
    for (int p = 0; p < plane; p++) {
      for (int c = 0; c < 3; c++) {
        values[c * plane + p] = (image.rgb()[3 * p + c] & 0xff) / 255f;
      }
    }
    Dialect used = fixed == null ? Dialect.forSize(image.height(), image.width()) : fixed;
    long id = CounterRng.hash(relative.toString().replace('\\', '/'));
    PixelImage result =
        chosen.apply(
            new PixelImage(3, image.height(), image.width(), values),
            severity,
            used,
            Corruption.rng(seed, id, chosen.id(), severity, used));
    BufferedImage picture =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < plane; p++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        rgb = rgb << 8 | Math.round(result.values()[c * plane + p] * 255);
      }
      picture.setRGB(p % image.width(), p / image.width(), rgb);
    }
    Path target = target(relative);
    AtomicFile.write(target, stream -> ImageIO.write(picture, "png", stream));
  }
}
