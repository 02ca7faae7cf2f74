package dev.holdfast.attacks.corruption;

import dev.holdfast.attacks.NpzFile;
import dev.holdfast.attacks.imaging.PixelImage;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The random corruptions of {@code frozen64.npz}, run with the random numbers recorded there. */
final class FrozenDraws {

  private static final Dialect DIALECT = Dialect.HENDRYCKS_64;

  private final SortedMap<String, NpzFile.Array> arrays;
  private final PixelImage clean;
  private final double snowAngle;

  FrozenDraws(SortedMap<String, NpzFile.Array> arrays, PixelImage clean, double snowAngle) {
    this.arrays = arrays;
    this.clean = clean;
    this.snowAngle = snowAngle;
  }

  /** Returns the names of the pictures that can be compared. */
  List<String> results() {
    return arrays.keySet().stream()
        .filter(name -> name.matches("[a-z_]+[.][1-5]([.]angle[-0-9.]+)?[.]out"))
        .toList();
  }

  long countOfResults() {
    return arrays.keySet().stream().filter(name -> name.endsWith(".out")).count();
  }

  /** Returns the largest difference of a pixel in [0, 1]. */
  double worst(String name) {
    String[] parts = name.split("[.]", 3);
    int severity = Integer.parseInt(parts[1]);
    PixelImage have =
        switch (parts[0]) {
          case "glass_blur" -> glass(severity);
          case "motion_blur" ->
              new MotionBlur()
                  .blur(
                      clean,
                      severity,
                      DIALECT,
                      Double.parseDouble(parts[2].replaceAll("angle|[.]out", "")));
          case "snow" ->
              new Snow()
                  .cover(
                      clean,
                      severity,
                      DIALECT,
                      floats(draws("snow", severity, "layer_after_motion_blur_u8")));
          case "fog" ->
              new Fog()
                  .cover(
                      clean,
                      severity,
                      DIALECT,
                      draws("fog", severity, "uniform_draws_in_call_order"));
          case "elastic_transform" ->
              new ElasticTransform()
                  .stretch(
                      clean,
                      severity,
                      DIALECT,
                      draws("elastic_transform", severity, "affine_offsets"),
                      draws("elastic_transform", severity, "dx_noise").clone(),
                      draws("elastic_transform", severity, "dy_noise").clone());
          case "spatter" ->
              new Spatter()
                  .splash(
                      clean, severity, DIALECT, draws("spatter", severity, "liquid_noise").clone());
          default -> throw new IllegalArgumentException(name);
        };
    NpzFile.Array want = arrays.get(name);
    // Eight-bit results are stored as levels.
    double scale = parts[0].equals("motion_blur") ? 255 : 1;
    double worst = 0;
    for (int i = 0; i < want.values().length; i++) {
      double value = have.values()[i % 3 * clean.area() + i / 3];
      worst = Math.max(worst, Math.abs(value - want.values()[i] / scale));
    }
    return worst;
  }

  /** Returns the largest differences of layers on the way: flakes in levels, clouds in [0, 1]. */
  Map<String, Double> worstOfIntermediates() {
    Map<String, Double> worst = new TreeMap<>();
    for (String name : arrays.keySet()) {
      String[] parts = name.split("[.]", 3);
      if (name.endsWith("layer_after_motion_blur_u8")) {
        int severity = Integer.parseInt(parts[1]);
        float[] flakes =
            new Snow()
                .flakes(
                    floats(draws("snow", severity, "noise_layer")),
                    clean,
                    severity,
                    DIALECT,
                    snowAngle);
        worst.put(name, worst(flakes, arrays.get(name).values()));
      }
    }
    return worst;
  }

  private PixelImage glass(int severity) {
    double[] moves = draws("glass_blur", severity, "dxdy");
    byte[] bytes = new byte[moves.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) moves[i];
    }
    return new GlassBlur().move(clean, severity, DIALECT, bytes);
  }

  private double[] draws(String corruption, int severity, String what) {
    return arrays.get(corruption + "." + severity + "." + what).values();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double worst(float[] have, double[] want) {
    double worst = 0;
    for (int i = 0; i < want.length; i++) {
      worst = Math.max(worst, Math.abs(have[i] - want[i]));
    }
    return worst;
  }
}
