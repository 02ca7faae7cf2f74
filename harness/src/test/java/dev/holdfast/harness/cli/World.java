package dev.holdfast.harness.cli;

import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.ConvNet;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Tiny models, data and batteries: a whole audit of them takes a second. */
final class World {

  static final int SIDE = 16;
  static final int DIMENSION = 8;
  static final String BATTERY =
      """
      schema: 1
      name: tiny
      metrics: [recall@1, recall@2, map-at-r]
      attacks:
        - attack: {type: fgsm}
          norm: linf
          epsilons: [4/255]
        - attack: {type: pgd, steps: 3}
          objectives: [{type: embedding-shift}, {type: single-target}]
          epsilons: [8/255]
        - attack: {type: pgd, steps: 3}
          norm: l2
          epsilons: [0.5]
      corruptions:
        - ids: [gaussian-noise, contrast]
          severities: [1, 5]
      """;
  static final int CELLS = 8;
  static final int METRICS = 3;

  private World() {}

  /** Writes a file, and its folder. */
  static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path battery(Path file) {
    return write(file, BATTERY);
  }

  static String card(String weights) {
    return """
    schema: 1
    name: tiny-net
    weights: %s
    backbone: {type: conv-net, widths: [6, 8]}
    input: {height: 16, width: 16, color: rgb}
    normalization: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
    embedding: {dimension: 8, normalize: true, distance: euclidean}
    """
        .formatted(weights);
  }

  /** Writes a network with drawn weights, and returns its folder. */
  static Path model(Path folder) {
    write(folder.resolve("model.yaml"), card("weights.safetensors"));
    try (NDManager manager = NDManager.newBaseManager();
        Weights weights =
            Weights.draw(
                new ConvNet(List.of(6, 8)).arrays(3, DIMENSION),
                manager,
                CounterRng.of(7, "world", 0))) {
      Files.write(folder.resolve("weights.safetensors"), Safetensors.encode(weights.all()));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Draws classes that differ in color and in the direction of their stripes, with noise. */
  static Path images(Path folder, int classes, int each) {
    for (int c = 0; c < classes; c++) {
      for (int i = 0; i < each; i++) {
        png(folder.resolve("class-" + (char) ('a' + c)).resolve(i + ".png"), c, i);
      }
    }
    return folder;
  }

  static void png(Path file, int label, int number) {
    CounterRng rng = CounterRng.of(label, "picture", number);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int rgb = 0;
        for (int channel = 0; channel < 3; channel++) {
          double wave = Math.sin((label + 1) * (channel == 0 ? x : y) * 0.4 + channel * label);
          double mean = 70 + 110 * ((label >> channel) & 1);
          double value = mean + 30 * wave + 40 * rng.nextGaussian();
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, value));
        }
        image.setRGB(x, y, rgb);
      }
    }
    write(image, "png", file);
  }

  static void write(BufferedImage image, String format, Path file) {
    try {
      Files.createDirectories(file.getParent());
      if (!ImageIO.write(image, format, file.toFile())) {
        throw new IllegalArgumentException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path copy(Path from, Path to) {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path source : tree.toList()) {
        Path target = to.resolve(from.relativize(source));
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target);
        }
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the files below a folder, relative and sorted. */
  static List<String> files(Path folder) {
    List<String> names = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      tree.filter(Files::isRegularFile)
          .forEach(f -> names.add(folder.relativize(f).toString().replace('\\', '/')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    names.sort(null);
    return names;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns {@code audit.json} without what changes from run to run. */
  static String auditWithoutRun(Path audit) {
    String text = text(audit.resolve("audit.json"));
    String without = text.replaceAll("(?s)\"run\"\\s*:\\s*\\{[^}]*}", "\"run\": {}");
    if (without.equals(text)) {
      throw new IllegalStateException("audit.json has no run");
    }
    return without;
  }
}
