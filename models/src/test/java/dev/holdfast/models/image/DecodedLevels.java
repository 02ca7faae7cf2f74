package dev.holdfast.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the files of a folder of resources are decoded to, as lines of file, width, height and hash;
 * also as a program for another Java platform.
 */
final class DecodedLevels {

  private static final int OLDEST = 17;

  private DecodedLevels() {}

  public static void main(String[] folder) throws IOException {
    of(folder[0]).forEach(System.out::println);
  }

  /** Returns what Pillow decodes the files to. */
  static List<String> expected(String folder) {
    String table = new String(Fixtures.resource(folder + "/levels.csv"), StandardCharsets.UTF_8);
    return table.lines().skip(1).toList();
  }

  static List<String> of(String folder) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : expected(folder)) {
      String name = line.substring(0, line.indexOf(','));
      RgbImage image = ImageDecoder.decode(Fixtures.resource(folder + "/" + name));
      lines.add(
          "%s,%d,%d,%s".formatted(name, image.width(), image.height(), Sha256.hex(image.rgb())));
    }
    return lines;
  }

  /** Returns the homes of platforms of Java 17 or later beside that of the running one. */
  static List<Path> otherPlatforms() throws IOException {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Set<Path> others = new TreeSet<>();
    try (Stream<Path> siblings = Files.list(home.getParent())) {
      for (Path sibling : siblings.toList()) {
        Path release = sibling.resolve("release");
        if (Files.isRegularFile(release) && Files.isExecutable(java(sibling))) {
          Properties properties = new Properties();
          try (var in = Files.newInputStream(release)) {
            properties.load(in);
          }
          String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
          if (Integer.parseInt(version.split("\\D", 2)[0]) >= OLDEST) {
            others.add(sibling.toRealPath());
          }
        }
      }
    }
    others.remove(home);
    return List.copyOf(others);
  }

  /** Decodes on another platform. */
  static List<String> on(Path home, String folder)
      throws IOException, InterruptedException, URISyntaxException {
    List<String> places = new ArrayList<>();
    for (Class<?> part : List.of(ImageDecoder.class, DecodedLevels.class, InputException.class)) {
      places.add(
          Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    Process process =
        new ProcessBuilder(
                java(home).toString(),
                "-cp",
                String.join(File.pathSeparator, places),
                DecodedLevels.class.getName(),
                folder)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).isZero();
    return lines;
  }

  private static Path java(Path home) {
    return home.resolve("bin").resolve("java");
  }
}
