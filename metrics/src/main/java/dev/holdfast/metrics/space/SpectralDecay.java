package dev.holdfast.metrics.space;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Spectral decay rho: how far the singular values of the embeddings are from equal, as the
 * Kullback-Leibler divergence of their shares p from the uniform distribution U, in nats (Roth et
 * al., "Revisiting training strategies and generalization performance in deep metric learning",
 * ICML 2020). The embeddings are not centred. 0 for a flat spectrum; infinite where a value is 0
 * and the divergence is that of U.
 *
 * <p>Tables differ in what they compute. The default leaves out the largest value, and takes KL(U
 * || p): mode 2 of the code that comes with the paper, on a GPU. On a CPU that code leaves out the
 * smallest value as well; a negative mode takes KL(p || U); mode m leaves out the m - 1 largest.
 *
 * @param largest how many of the largest values to leave out
 * @param withoutSmallest whether to leave out the smallest value
 * @param reversed whether to take KL(p || U)
 */
public record SpectralDecay(int largest, boolean withoutSmallest, boolean reversed)
    implements SpaceMetric {

  private static final List<Integer> DROPS = List.of(1, 0, 9);

  /** Returns the definition of the paper. */
  public static SpectralDecay usual() {
    return new SpectralDecay(1, false, false);
  }

  /** Returns all definitions in use, the usual one first. */
  public static List<SpectralDecay> definitions() {
    return Stream.of(false, true)
        .flatMap(
            smallest ->
                Stream.of(false, true)
                    .flatMap(
                        reversed ->
                            DROPS.stream().map(n -> new SpectralDecay(n, smallest, reversed))))
        .toList();
  }

  /** Returns the name of this definition, such as {@code drop1_u_p}. */
  public String definition() {
    return "drop"
        + largest
        + (withoutSmallest ? "_keep_d_minus_1" : "")
        + (reversed ? "_p_u" : "_u_p");
  }

  @Override
  public String id() {
    return equals(usual()) ? "spectral-decay" : "spectral-decay-" + definition().replace('_', '-');
  }

  @Override
  public String description() {
    return "divergence of the singular values from equal, "
        + (reversed ? "KL(p || U)" : "KL(U || p)")
        + ", without the "
        + largest
        + " largest"
        + (withoutSmallest ? " and the smallest" : "")
        + "; of the embeddings as they are, whatever the distance";
  }

  @Override
  public String source() {
    return "Roth et al., ICML 2020 (2002.08473)";
  }

  @Override
  public double value(EmbeddingSpace space) {
    double[] values = space.singularValues();
    int last = values.length - (withoutSmallest ? 1 : 0);
    if (last - largest < 1) {
      return Double.NaN;
    }
    double[] kept = Arrays.copyOfRange(values, largest, last);
    double sum = Arrays.stream(kept).sum();
    double divergence = 0;
    for (double value : kept) {
      double relative = value / sum * kept.length;
      if (!reversed) {
        divergence -= Math.log(relative) / kept.length;
      } else if (value > 0) {
        divergence += relative / kept.length * Math.log(relative);
      }
    }
    return sum == 0 ? Double.NaN : divergence;
  }
}
