package dev.holdfast.harness.audit;

import ai.djl.ndarray.types.Shape;
import dev.holdfast.harness.config.AuditSpec;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.config.DataSource;
import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.DataSets;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import dev.holdfast.models.yaml.StrictYaml;
import dev.holdfast.reports.result.Audit;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import javax.imageio.ImageIO;

/** Audits of models in the test itself, on small images of a few classes. */
final class ToyAudit {

  private ToyAudit() {}

  /** Makes the image of that number in a class. */
  interface Picture {
    BufferedImage of(int label, int number);
  }

  static ModelCard card(int side, int dimension) {
    return ToyEmbedder.card(
        new Shape(3, side, side),
        dimension,
        Distance.EUCLIDEAN,
        true,
        ModelCard.Normalization.none(),
        null);
  }

  /** Writes a folder of PNG files for each class, and returns the folder around them. */
  static Path pictures(Path data, int classes, int each, Picture picture) throws IOException {
    for (int label = 0; label < classes; label++) {
      Path folder = Files.createDirectories(data.resolve("class-" + label));
      for (int number = 0; number < each; number++) {
        ImageIO.write(picture.of(label, number), "png", folder.resolve(number + ".png").toFile());
      }
    }
    return data;
  }

  /** Pictures of noise, of which each class has its own color and lightness. */
  static Picture noise(int side) {
    return (label, number) -> {
      CounterRng rng = CounterRng.of(label, "picture", number);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < side * side; p++) {
        int level = (int) (40 * label + 30 + 70 * rng.nextDouble());
        image.setRGB(p % side, p / side, level << (8 * (label % 3)) | level / 2);
      }
      return image;
    };
  }

  /** Audits, without evidence, in the usual order of cells. */
  static Audit run(EmbeddingModel model, Path data, String battery, int batchSize, Path out) {
    return run(model, data, battery, batchSize, EvidenceMode.NONE, false, out);
  }

  /**
   * Audits with seed 3.
   *
   * @param reverse whether queries come in reverse order
   */
  static Audit run(
      EmbeddingModel model,
      Path data,
      String battery,
      int batchSize,
      EvidenceMode evidence,
      boolean reverse,
      Path out) {
    DataSource source = DataSource.of(data.toString());
    AuditSpec spec =
        new AuditSpec(
            Path.of("toy"),
            source,
            out,
            StrictYaml.parse(battery, "test.yaml", Battery.class),
            3,
            batchSize,
            "cpu",
            2,
            evidence,
            false,
            false,
            true,
            reverse,
            null);
    return new AuditRunner(spec, new ConsoleProgress(new PrintWriter(new StringWriter()), false))
        .run(model, DataSets.open(source), Instant.EPOCH);
  }
}
