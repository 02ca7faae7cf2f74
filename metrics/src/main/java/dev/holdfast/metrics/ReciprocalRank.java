package dev.holdfast.metrics;

/**
 * 1 / rank of the nearest relevant item; its mean over queries is MRR (Voorhees, "The TREC-8
 * question answering track report", 1999). The interval is that of a mean over queries.
 */
public record ReciprocalRank() implements RetrievalMetric {

  @Override
  public String id() {
    return "mrr";
  }

  @Override
  public String description() {
    return "mean of 1 / rank of the first relevant item";
  }

  @Override
  public String source() {
    return "Voorhees, TREC-8 1999";
  }

  @Override
  public double value(QueryResult query) {
    return query.relevant() == 0 ? Double.NaN : 1.0 / query.firstRelevantRank();
  }
}
