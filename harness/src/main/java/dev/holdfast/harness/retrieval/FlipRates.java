package dev.holdfast.harness.retrieval;

import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import dev.holdfast.models.data.ImageItem;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Flip rates: how often the nearest neighbor of a sequence changes, from frame to frame, or against
 * the first frame where frames follow in no order (the flip probability of Hendrycks and
 * Dietterich, ICLR 2019, arXiv:1903.12261, with the nearest item of the gallery in the place of the
 * predicted class). A frame whose embedding is not finite has no neighbor and differs from every
 * frame.
 */
public final class FlipRates {

  /** Share of frames whose nearest neighbor is another item. */
  static final String OF_ITEM = "flip-rate";

  /** Share of frames whose nearest neighbor is of another class. */
  static final String OF_CLASS = "class-flip-rate";

  private static final int NOBODY = -1;

  private final Trials trials;
  private final DrawSearch retrieval;
  private final ImageBatches images;
  private final boolean againstFirst;
  private final int[] reference;
  private final double[] ofItem;
  private final double[] ofClass;
  private final int[] worstRank;
  private int frames;

  public FlipRates(Trials trials, DrawSearch retrieval, ImageBatches images, boolean againstFirst) {
    this.trials = trials;
    this.retrieval = retrieval;
    this.images = images;
    this.againstFirst = againstFirst;
    this.reference = new int[trials.size()];
    this.ofItem = new double[trials.size()];
    this.ofClass = new double[trials.size()];
    this.worstRank = new int[trials.size()];
  }

  /**
   * Takes the next frame.
   *
   * @param queries embeddings of this frame of the queries of the run
   * @param finite which of them are numbers
   */
  public void frame(EmbeddingSet queries, boolean[] finite) {
    List<QueryResult> results = retrieval.search(trials, queries);
    for (int t = 0; t < reference.length; t++) {
      QueryResult result = results.get(t);
      int[] gallery = retrieval.gallery(trials.draws()[t]);
      boolean found = finite[trials.queries()[t]] && result.neighbors().length > 0;
      int nearest = found ? gallery[result.neighbors()[0]] : NOBODY;
      worstRank[t] = Math.max(worstRank[t], found ? result.firstRelevantRank() : gallery.length);
      if (frames > 0) {
        boolean known = nearest != NOBODY && reference[t] != NOBODY;
        ofItem[t] += known && nearest == reference[t] ? 0 : 1;
        ofClass[t] += known && label(nearest) == label(reference[t]) ? 0 : 1;
      }
      if (frames == 0 || !againstFirst) {
        reference[t] = nearest;
      }
    }
    frames++;
  }

  private long label(int index) {
    ImageItem item = images.item(index);
    return item.label();
  }

  /** Returns both rates, one value per trial. */
  public Map<String, double[]> rates() {
    Map<String, double[]> rates = new LinkedHashMap<>();
    rates.put(OF_ITEM, Arrays.stream(ofItem).map(n -> n / (frames - 1)).toArray());
    rates.put(OF_CLASS, Arrays.stream(ofClass).map(n -> n / (frames - 1)).toArray());
    return rates;
  }

  /** Returns for each trial the rank of the first relevant item in the frame where it is worst. */
  public int[] worstRanks() {
    return worstRank;
  }
}
