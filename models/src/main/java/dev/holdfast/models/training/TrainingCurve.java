package dev.holdfast.models.training;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The log of a training as a picture: loss, and recall@1 of validation classes where there are any,
 * against the step. Plain SVG without text that changes from run to run.
 */
final class TrainingCurve {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 300;
  private static final int MARGIN = 50;

  private TrainingCurve() {}

  /** Returns the picture. */
  static String svg(TrainingLog log) {
    List<TrainingLog.Row> rows = log.rows();
    double lastStep = rows.isEmpty() ? 1 : rows.get(rows.size() - 1).step();
    double highest =
        rows.stream().mapToDouble(TrainingLog.Row::loss).filter(Double::isFinite).max().orElse(1);
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
            WIDTH,
            HEIGHT));
    out.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#888\"/>%n",
            MARGIN,
            MARGIN / 2,
            HEIGHT - MARGIN,
            WIDTH - MARGIN));
    text(out, 8, MARGIN / 2 + 4, number(highest));
    text(out, 8, HEIGHT - MARGIN + 4, "0");
    text(out, WIDTH - MARGIN - 70, HEIGHT - MARGIN + 20, number(lastStep) + " steps");
    line(out, rows, lastStep, highest, TrainingLog.Row::loss, "#1f5fbf");
    text(out, MARGIN, HEIGHT - 10, "loss (blue)");
    if (rows.stream().anyMatch(r -> Double.isFinite(r.validationRecallAt1()))) {
      line(out, rows, lastStep, 1, TrainingLog.Row::validationRecallAt1, "#c2571a");
      text(out, MARGIN + 90, HEIGHT - 10, "validation recall@1, 0 to 1 (orange)");
    }
    return out.append("</svg>\n").toString().replace("\r\n", "\n");
  }

  private static void line(
      StringBuilder out,
      List<TrainingLog.Row> rows,
      double lastStep,
      double highest,
      ToDoubleFunction<TrainingLog.Row> value,
      String color) {
    String points =
        rows.stream()
            .filter(r -> Double.isFinite(value.applyAsDouble(r)))
            .map(
                r ->
                    String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        MARGIN + (WIDTH - 2 * MARGIN) * r.step() / lastStep,
                        HEIGHT
                            - MARGIN
                            - (HEIGHT - 1.5 * MARGIN)
                                * Math.max(0, value.applyAsDouble(r) / Math.max(highest, 1e-12))))
            .collect(Collectors.joining(" "));
    out.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
            points,
            color));
  }

  private static void text(StringBuilder out, int x, int y, String words) {
    out.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>%n", x, y, words));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.3g", value);
  }
}
