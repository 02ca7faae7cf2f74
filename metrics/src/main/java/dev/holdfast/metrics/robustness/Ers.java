package dev.holdfast.metrics.robustness;

/**
 * The empirical robustness score of RobRank (Zhou et al., CVPR 2022): the mean of ten numbers, each
 * of which is put on a scale on which 100 is as good as it gets and 0 as bad. Nothing is cut: a
 * candidate that an attack did not raise at all gives more than 100 for {@code candidateUp}.
 *
 * <p>Shares and percentile ranks are in percent here, as RobRank prints them.
 *
 * @param candidateUp CA+: mean percentile rank of candidates that were to be raised; about 50
 *     without an attack
 * @param candidateDown CA-: mean percentile rank of near candidates that were to be lowered
 * @param queryUp QA+: mean percentile rank of candidates that a perturbed query was to raise
 * @param queryDown QA-: mean percentile rank of near candidates that it was to lower
 * @param targetCosine TMA: mean cosine to the embedding that was aimed at
 * @param shift ES:D: mean distance between unit embeddings before and after; 0 to 2
 * @param shiftRecall ES:R: recall@1 under that attack
 * @param learningToMisrank LTM: recall@1
 * @param greedyTopOne GTM: recall@1
 * @param topOneKept GTT: share of queries whose nearest item stays among the first four
 */
public record Ers(
    double candidateUp,
    double candidateDown,
    double queryUp,
    double queryDown,
    double targetCosine,
    double shift,
    double shiftRecall,
    double learningToMisrank,
    double greedyTopOne,
    double topOneKept) {

  private static final int TERMS = 10;

  /** Returns the score, in percent; NaN where one of the ten is. */
  public double value() {
    double sum =
        2 * candidateUp
            + (100 - candidateDown)
            + 2 * queryUp
            + (100 - queryDown)
            + 100 * (1 - targetCosine)
            + 100 * (2 - shift) / 2
            + shiftRecall
            + learningToMisrank
            + greedyTopOne
            + topOneKept;
    return sum / TERMS;
  }
}
