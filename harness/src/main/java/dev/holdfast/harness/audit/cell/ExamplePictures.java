package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.outcome.Evidence;
import dev.holdfast.harness.plan.Cell;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.Neighbor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/**
 * Pictures of examples for the report: what a query looked like before and after, and what was
 * found for it. They are 8-bit copies to look at, not the evidence.
 */
public final class ExamplePictures {

  private static final int NEIGHBORS = 5;
  private static final double[] FACTORS = {1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 100, 200, 500};

  private final Path folder;
  private final ImageBatches images;

  /** What this run has written, by name: clean images are drawn once, whoever shows them. */
  private final Map<String, Evidence.Entry> written = new TreeMap<>();

  private final InputSpec spec;

  public ExamplePictures(Path audit, ImageBatches images, InputSpec spec) {
    this.folder = audit.resolve(AuditFiles.SHOWN);
    this.images = images;
    this.spec = spec;
  }

  /** Returns the files of the pictures that queries are shown with, each once. */
  List<Evidence.Entry> files(List<Example> shown) {
    return shown.stream().flatMap(Example::images).map(written::get).distinct().toList();
  }

  /**
   * Draws one query of a cell.
   *
   * @param query index of the image
   * @param clean its pixels
   * @param perturbed its pixels after the attack
   * @param gallery the images that were searched
   * @param before what the clean query found
   * @param after what the perturbed query found
   */
  Example draw(
      Cell cell,
      int number,
      int query,
      float[] clean,
      float[] perturbed,
      int[] gallery,
      QueryResult before,
      QueryResult after) {
    String stem = cell.id() + "-" + number;
    float[] difference = new float[clean.length];
    float largest = 0;
    for (int i = 0; i < clean.length; i++) {
      difference[i] = perturbed[i] - clean[i];
      largest = Math.max(largest, Math.abs(difference[i]));
    }
    double factor = 1;
    for (double f : FACTORS) {
      factor = f * largest <= 0.5 ? f : factor;
    }
    for (int i = 0; i < difference.length; i++) {
      difference[i] = (float) (0.5 + factor * difference[i]);
    }
    write(cell.id(), stem + "-perturbed.png", perturbed);
    write(cell.id(), stem + "-difference.png", difference);
    return new Example(
        cell.id(),
        cell.title(),
        images.item(query).path(),
        images.item(query).className(),
        before.firstRelevantRank(),
        after.firstRelevantRank(),
        item(query),
        stem + "-perturbed.png",
        stem + "-difference.png",
        factor,
        neighbors(gallery, before),
        neighbors(gallery, after));
  }

  private List<Neighbor> neighbors(int[] gallery, QueryResult result) {
    List<Neighbor> list = new ArrayList<>();
    for (int i = 0; i < Math.min(NEIGHBORS, result.neighbors().length); i++) {
      int row = gallery[result.neighbors()[i]];
      list.add(
          new Neighbor(
              item(row),
              images.item(row).path(),
              images.item(row).className(),
              result.hits()[i],
              result.distances()[i]));
    }
    return list;
  }

  private String item(int index) {
    String name = "item-%016x.png".formatted(images.item(index).id());
    if (!written.containsKey(name)) {
      float[] batch = images.clean(new int[] {index});
      write("", name, Arrays.copyOf(batch, images.values()));
    }
    return name;
  }

  private void write(String cell, String name, float[] pixels) {
    int plane = spec.height() * spec.width();
    BufferedImage picture =
        new BufferedImage(spec.width(), spec.height(), BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < plane; p++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        float value = pixels[(spec.color().channels() == 3 ? c * plane : 0) + p];
        rgb = rgb << 8 | Math.max(0, Math.min(255, Math.round(value * 255)));
      }
      picture.setRGB(p % spec.width(), p / spec.width(), rgb);
    }
    MessageDigest digest = Sha256.digest();
    AtomicFile.write(
        folder.resolve(name),
        out -> {
          digest.reset();
          ImageIO.write(picture, "png", new DigestOutputStream(out, digest));
        });
    String file = Evidence.SHOWN + "/" + name;
    written.put(name, new Evidence.Entry(file, Sha256.hex(digest), cell));
  }
}
