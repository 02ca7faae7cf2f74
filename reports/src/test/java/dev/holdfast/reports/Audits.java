package dev.holdfast.reports;

import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.BrokenImage;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ModelInfo;
import dev.holdfast.reports.result.Neighbor;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.Run;
import dev.holdfast.reports.result.ThreatInfo;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Made-up audits for the tests of this module, and for looking at a page. */
public final class Audits {

  private static final int QUERIES = 400;

  private Audits() {}

  /** Returns a small audit of a few rows, every kind and both norms among them. */
  public static Audit small() {
    return small("toy-net", "toy-shapes");
  }

  /** Returns the small audit with other names. */
  public static Audit small(String model, String dataset) {
    Rows rows = new Rows(model, dataset);
    rows.clean(0.75, 0.4375);
    rows.attack("pgd-linf", "embedding-shift", "linf", 8, 20, 0.125, 0.0625, "t8");
    rows.attack("pgd-l2", "embedding-shift", "l2", 0.5, 20, 0.5, 0.25, "t05");
    rows.corruption("gaussian-noise", "noise", 3, 0.3, 0.2);
    rows.corruption("fog", "weather", 5, 0.1 + 0.2, 0.1);
    rows.aggregate("all-corruptions", "recall", 1, 0.3);
    rows.aggregate("all-attacks", "ers", null, 41.25);
    return audit(model, dataset, rows.list, trust());
  }

  /** Returns an audit of the size of the standard battery. */
  public static Audit large() {
    Rows rows = new Rows("resnet18-mdprop", "omniglot-64");
    rows.clean(0.9125, 0.634);
    double[] budgets = {0.5, 1, 2, 4, 8, 16};
    for (double budget : budgets) {
      double left = Math.exp(-budget / 5);
      String hash = "t" + budget;
      rows.attack(
          "fgsm-linf",
          "embedding-shift",
          "linf",
          budget,
          1,
          0.9125 * Math.sqrt(left),
          0.6 * left,
          hash);
      rows.attack(
          "pgd-linf",
          "embedding-shift",
          "linf",
          budget,
          20,
          0.9125 * left * left,
          0.5 * left * left,
          hash);
      rows.attack(
          "pgd-linf",
          "nearest-impostor",
          "linf",
          budget,
          20,
          0.9125 * Math.pow(left, 1.6),
          0.5 * left,
          hash);
      rows.attack(
          "apgd-linf",
          "embedding-shift",
          "linf",
          budget,
          100,
          0.9125 * Math.pow(left, 2.5),
          0.4 * left * left,
          hash);
      rows.attack(
          "square-linf",
          "rank-loss",
          "linf",
          budget,
          1000,
          0.9125 * Math.pow(left, 0.6),
          0.55 * left,
          hash);
    }
    for (double budget : new double[] {0.25, 0.5, 1, 2}) {
      rows.attack(
          "pgd-l2",
          "embedding-shift",
          "l2",
          budget,
          20,
          0.9125 * Math.exp(-budget),
          0.5 * Math.exp(-budget),
          "l" + budget);
      rows.attack(
          "apgd-l2",
          "embedding-shift",
          "l2",
          budget,
          100,
          0.9 * Math.exp(-1.4 * budget),
          0.5 * Math.exp(-1.5 * budget),
          "l" + budget);
    }
    String[][] families = {
      {"noise", "gaussian-noise", "shot-noise", "impulse-noise"},
      {"blur", "defocus-blur", "glass-blur", "motion-blur", "zoom-blur"},
      {"weather", "snow", "frost", "fog", "brightness"},
      {"digital", "contrast", "elastic-transform", "pixelate", "jpeg-compression"}
    };
    for (int f = 0; f < families.length; f++) {
      for (int c = 1; c < families[f].length; c++) {
        for (int severity = 1; severity <= 5; severity++) {
          double value = 0.9125 * Math.exp(-severity * (0.04 + 0.05 * ((f * 7 + c * 3) % 5)));
          rows.corruption(families[f][c], families[f][0], severity, value, 0.6 * value);
        }
      }
    }
    rows.aggregate("all-corruptions", "recall", 1, 0.6018);
    rows.aggregate("all-attacks", "ers", null, 41.25);
    return audit("resnet18-mdprop", "omniglot-64", rows.list, trust());
  }

  /** Returns an audit with nothing but a clean row, or not even that. */
  public static Audit bare(boolean clean) {
    Rows rows = new Rows("toy-net", "toy-shapes");
    if (clean) {
      rows.clean(0.75, 0.4375);
    }
    Audit full = audit("toy-net", "toy-shapes", rows.list, List.of());
    return new Audit(
        1,
        full.model(),
        full.data(),
        full.battery(),
        List.of(),
        rows.list,
        List.of(),
        full.provenance());
  }

  /** Returns a row with another setting. */
  public static ResultRow withSetting(ResultRow row, String setting) {
    return with(row, row.kind(), row.perturbation(), setting, row.value());
  }

  /** Returns a row as a mean of others. */
  public static ResultRow asMean(ResultRow row, String label) {
    return with(row, Kind.AGGREGATE, label, null, row.value());
  }

  /** Returns a row with another value. */
  public static ResultRow withValue(ResultRow row, double value) {
    return with(row, row.kind(), row.perturbation(), row.setting(), value);
  }

  private static ResultRow with(
      ResultRow row, Kind kind, String perturbation, String setting, double value) {
    return new ResultRow(
        row.model(),
        row.dataset(),
        kind,
        perturbation,
        row.family(),
        row.objective(),
        row.norm(),
        row.epsilon(),
        row.epsilon255(),
        row.severity(),
        row.side(),
        row.knowledge(),
        row.steps(),
        row.metric(),
        row.k(),
        value,
        row.ciLow(),
        row.ciHigh(),
        row.nQueries(),
        row.cleanValue(),
        row.relative(),
        row.seed(),
        setting,
        row.dialect(),
        row.threatHash(),
        row.drawSd());
  }

  private static List<TrustVerdict> trust() {
    return List.of(
        new TrustVerdict(
            "gradient-signal",
            Verdict.OK,
            "Gradients are finite and differ between queries.",
            Map.of("zero-share", 0.0, "median-norm", 0.01234567)),
        new TrustVerdict(
            "transfer-beats-white-box",
            Verdict.SUSPICIOUS,
            "Images made for another model do more harm than the white-box attack for 3 of 400 queries.",
            Map.of("share", 0.0075)));
  }

  private static Audit audit(
      String model, String dataset, List<ResultRow> rows, List<TrustVerdict> trust) {
    List<ThreatInfo> threats = new ArrayList<>();
    for (ResultRow row : rows) {
      if (row.threatHash() != null
          && threats.stream().noneMatch(t -> t.hash().equals(row.threatHash()))) {
        boolean linf = row.norm().equals("linf");
        String number = linf ? plain(row.epsilon255()) + "/255" : plain(row.epsilon());
        threats.add(
            new ThreatInfo(
                row.threatHash(), row.norm(), number, row.epsilon(), row.side(), row.knowledge()));
      }
    }
    return new Audit(
        Audit.SCHEMA_VERSION,
        new ModelInfo(
            model,
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            Map.of(
                "schema",
                1,
                "embedding",
                Map.of("dimension", 128, "normalize", true, "distance", "euclidean"),
                "name",
                model)),
        new DataInfo(
            dataset,
            "test",
            "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            "self-retrieval",
            1,
            1210,
            121,
            QUERIES,
            1210,
            2,
            List.of("1 of 1211 images is not there."),
            List.of(new BrokenImage("Greek/broken_01.png", "the file ends too early"))),
        "standard",
        threats,
        rows,
        trust,
        new Provenance(
            "c0ffee12",
            "0.1.0",
            "f236bb9",
            Map.of("djl", "0.35.1", "pytorch", "2.7.1"),
            7,
            32,
            1_234_567,
            456_789,
            7_001,
            3_002,
            new Run(
                "2026-11-01T10:00:00Z",
                "2026-11-01T10:12:34Z",
                754.25,
                "host-of-this-run",
                "Linux 6.1",
                "17.0.15",
                "cpu",
                2)));
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /**
   * Writes images and returns the queries that show them.
   *
   * @param folder where the images go
   * @param count how many queries
   * @param side pixels of a side
   */
  public static List<Example> show(Path folder, int count, int side) throws IOException {
    Files.createDirectories(folder);
    List<Example> shown = new ArrayList<>();
    for (int q = 0; q < count; q++) {
      int hue = q % 6;
      write(folder, "clean-" + q + ".png", side, hue, q, 0);
      write(folder, "perturbed-" + q + ".png", side, hue, q, 24);
      write(folder, "difference-" + q + ".png", side, -1, q, 127);
      List<Neighbor> before = new ArrayList<>();
      List<Neighbor> after = new ArrayList<>();
      for (int n = 0; n < 5; n++) {
        boolean relevant = n < 4;
        int other = relevant ? hue : (hue + 3) % 6;
        String name = "before-" + q + "-" + n + ".png";
        write(folder, name, side, other, 100 + q * 10 + n, 0);
        before.add(
            new Neighbor(
                name,
                "class-" + other + "/" + n + ".png",
                "class-" + other,
                relevant,
                0.21 + 0.0713 * n));
        boolean still = n == 3;
        int found = still ? hue : (hue + 1 + n) % 6;
        name = "after-" + q + "-" + n + ".png";
        write(folder, name, side, found, 900 + q * 10 + n, 0);
        after.add(
            new Neighbor(
                name,
                "class-" + found + "/" + n + ".png",
                "class-" + found,
                still,
                0.11 + 0.0513 * n));
      }
      String title = q % 2 == 0 ? "pgd-linf embedding-shift 8/255" : "gaussian-noise severity 5";
      shown.add(
          new Example(
              "cell-" + q % 2,
              title,
              "class-" + hue + "/query_" + q + ".png",
              "class-" + hue,
              1,
              4,
              "clean-" + q + ".png",
              "perturbed-" + q + ".png",
              "difference-" + q + ".png",
              32,
              before,
              after));
    }
    return shown;
  }

  private static void write(Path folder, String name, int side, int hue, int seed, int noise)
      throws IOException {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    CounterRng random = CounterRng.of(1, "shape", seed);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(hue < 0 ? new Color(128, 128, 128) : Color.getHSBColor(hue / 6f, 0.15f, 0.95f));
    pen.fillRect(0, 0, side, side);
    if (hue >= 0) {
      pen.setColor(Color.getHSBColor(hue / 6f, 0.8f, 0.6f));
      int size = side / 3 + random.nextInt(side / 4);
      int x = random.nextInt(side - size);
      int y = random.nextInt(side - size);
      if (hue % 2 == 0) {
        pen.fillOval(x, y, size, size);
      } else {
        pen.fillRect(x, y, size, size);
      }
    }
    pen.dispose();
    CounterRng grain = CounterRng.of(1, "noise", seed);
    for (int i = 0; noise > 0 && i < side * side; i++) {
      int rgb = image.getRGB(i % side, i / side);
      int noisy = 0;
      for (int shift = 0; shift < 24; shift += 8) {
        int channel = ((rgb >> shift) & 255) + grain.nextInt(2 * noise + 1) - noise;
        noisy |= Math.max(0, Math.min(255, channel)) << shift;
      }
      image.setRGB(i % side, i / side, noisy);
    }
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  /** Collects rows of one model and data set. */
  private static final class Rows {
    private final List<ResultRow> list = new ArrayList<>();
    private final String model;
    private final String dataset;
    private double clean;
    private double cleanMap;

    Rows(String model, String dataset) {
      this.model = model;
      this.dataset = dataset;
    }

    void clean(double recall, double map) {
      clean = recall;
      cleanMap = map;
      ResultRow like = row(Kind.CLEAN, "clean", null, null, null, null, null, null, null, null);
      measure(like, recall, map);
    }

    void attack(
        String label,
        String objective,
        String norm,
        double budget,
        int steps,
        double recall,
        double map,
        String hash) {
      boolean linf = norm.equals("linf");
      Double epsilon = linf ? budget / 255 : budget;
      Double in255 = linf ? budget : null;
      measure(
          row(Kind.ATTACK, label, "gradient", objective, norm, epsilon, in255, null, steps, hash),
          recall,
          map);
    }

    void corruption(String label, String family, int severity, double recall, double map) {
      measure(
          row(Kind.CORRUPTION, label, family, null, null, null, null, severity, null, null),
          recall,
          map);
    }

    void aggregate(String label, String metric, Integer k, double value) {
      ResultRow like = row(Kind.AGGREGATE, label, null, null, null, null, null, null, null, null);
      list.add(with(like, metric, k, value, Double.NaN, Double.NaN, null));
    }

    private void measure(ResultRow like, double recall, double map) {
      int[] ks = {1, 2, 4, 8};
      for (int k : ks) {
        double value = 1 - (1 - recall) / Math.sqrt(k);
        double reach = 1.96 * Math.sqrt(value * (1 - value) / QUERIES);
        double cleanValue = 1 - (1 - clean) / Math.sqrt(k);
        list.add(
            with(
                like,
                "recall",
                k,
                value,
                Math.max(0, value - reach),
                Math.min(1, value + reach),
                cleanValue));
      }
      list.add(
          with(like, "map-at-r", null, map, Math.max(0, map - 0.03125), map + 0.03125, cleanMap));
    }

    private ResultRow row(
        Kind kind,
        String label,
        String family,
        String objective,
        String norm,
        Double epsilon,
        Double in255,
        Integer severity,
        Integer steps,
        String hash) {
      String side = kind == Kind.CLEAN || kind == Kind.AGGREGATE ? null : "query";
      return new ResultRow(
          model,
          dataset,
          kind,
          label,
          family,
          objective,
          norm,
          epsilon,
          in255,
          severity,
          side,
          kind == Kind.ATTACK ? "white-box" : null,
          steps,
          "recall",
          1,
          0,
          0,
          0,
          QUERIES,
          null,
          null,
          7,
          kind == Kind.ATTACK ? "{\"steps\":" + steps + "}" : "{}",
          kind == Kind.CORRUPTION ? "hendrycks-64" : null,
          hash,
          null);
    }

    private static ResultRow with(
        ResultRow row,
        String metric,
        Integer k,
        double value,
        double low,
        double high,
        Double clean) {
      Double relative = clean == null ? null : value / clean;
      return new ResultRow(
          row.model(),
          row.dataset(),
          row.kind(),
          row.perturbation(),
          row.family(),
          row.objective(),
          row.norm(),
          row.epsilon(),
          row.epsilon255(),
          row.severity(),
          row.side(),
          row.knowledge(),
          row.steps(),
          metric,
          k,
          value,
          low,
          high,
          row.nQueries(),
          clean,
          relative,
          row.seed(),
          row.setting(),
          row.dialect(),
          row.threatHash(),
          row.drawSd());
    }
  }
}
