package dev.holdfast.reports.table;

import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.DataInfo;
import dev.holdfast.reports.result.Kind;
import dev.holdfast.reports.result.ResultRow;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a reader in a hurry should know. All numbers are recall@1.
 *
 * @param clean without perturbation
 * @param worstAttack the attack on images that leaves least
 * @param worstCorruption the corruption that leaves least
 * @param meanCorruption mean over all corruptions of the means over their severities; NaN without
 *     any
 * @param corruptions how many that is the mean of
 * @param verdict the worst verdict of the trust checks; empty where there was no check
 */
public record Headline(
    Optional<ResultRow> clean,
    Optional<ResultRow> worstAttack,
    Optional<ResultRow> worstCorruption,
    double meanCorruption,
    int corruptions,
    Optional<Verdict> verdict) {

  /** Returns the headline of an audit. */
  public static Headline of(Audit audit) {
    List<ResultRow> corruptions =
        recall(audit, Kind.CORRUPTION).stream().filter(r -> !elsewhere(r)).toList();
    Collection<Double> means =
        corruptions.stream()
            .collect(
                Collectors.groupingBy(
                    ResultRow::perturbation, Collectors.averagingDouble(ResultRow::value)))
            .values();
    return new Headline(
        recall(audit, Kind.CLEAN).stream().findFirst(),
        worst(recall(audit, Kind.ATTACK).stream().filter(r -> r.norm() != null).toList()),
        worst(corruptions),
        means.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN),
        means.size(),
        audit.trust().stream().map(TrustVerdict::verdict).max(Comparator.naturalOrder()));
  }

  /** Rows of a corrupted gallery are another question than rows of corrupted queries. */
  private static boolean elsewhere(ResultRow row) {
    return row.side() != null && !row.side().equals("query");
  }

  private static List<ResultRow> recall(Audit audit, Kind kind) {
    return audit.rows().stream()
        .filter(row -> row.kind() == kind && Metric.of(row).equals(Metric.RECALL_AT_1))
        .filter(row -> Double.isFinite(row.value()))
        .toList();
  }

  private static Optional<ResultRow> worst(List<ResultRow> rows) {
    return rows.stream().min(Comparator.comparingDouble(ResultRow::value));
  }

  /** Returns why there is no recall@1 under a kind of perturbation, in a few words. */
  public static String without(Audit audit, Kind kind) {
    boolean attack = kind == Kind.ATTACK;
    boolean there =
        audit.rows().stream().anyMatch(r -> r.kind() == kind && (!attack || r.norm() != null));
    return (there ? "no recall@1 under " : "no ")
        + (attack ? "attack on images" : "corruption")
        + " in this battery";
  }

  /** Returns the verdict in words. */
  public String trust() {
    return verdict
        .map(
            v ->
                switch (v) {
                  case OK -> "The trust checks found nothing against these numbers";
                  case SUSPICIOUS -> "Read the trust findings before relying on these numbers";
                  case UNRELIABLE -> "These numbers are unreliable";
                })
        .orElse("No trust check was run, so nothing vouches for these numbers");
  }

  /** Returns the first sentence of a report, a full stop at its end. */
  public String verdictSentence(Audit audit) {
    long against = audit.trust().stream().filter(check -> check.verdict() != Verdict.OK).count();
    if (against == 0) {
      return trust() + ".";
    }
    return String.format(
        Locale.ROOT,
        "%s: %d of %d trust checks found something.",
        trust(),
        against,
        audit.trust().size());
  }

  /** Returns the sentences behind the verdict, in plain language. */
  public String story(Audit audit) {
    StringBuilder story = new StringBuilder();
    if (clean.isPresent()) {
      story.append(
          String.format(
              Locale.ROOT,
              "Without perturbation, the nearest item of the gallery is of the right class for %s of"
                  + " %d queries",
              figure(clean.get()),
              clean.get().nQueries()));
      story.append(". ");
    } else {
      story.append("There is no recall@1 without perturbation. ");
    }
    if (worstAttack.isPresent()) {
      story.append(
          String.format(
              Locale.ROOT,
              "The worst attack, %s, leaves %s. ",
              Labels.phrase(worstAttack.get(), audit.threatModels()),
              figure(worstAttack.get())));
    } else {
      story.append("There is ").append(without(audit, Kind.ATTACK)).append(". ");
    }
    if (worstCorruption.isPresent()) {
      story.append(
          String.format(
              Locale.ROOT,
              "The worst corruption, %s, leaves %s",
              Labels.phrase(worstCorruption.get(), audit.threatModels()),
              figure(worstCorruption.get())));
      story.append(
          String.format(
              Locale.ROOT,
              "; the mean over %d %s, first over the severities of each, is %s %%.",
              corruptions,
              corruptions == 1 ? "corruption" : "corruptions",
              Labels.percent(meanCorruption)));
    } else {
      story.append("There is ").append(without(audit, Kind.CORRUPTION)).append('.');
    }
    return story.toString();
  }

  /** Returns how the data were searched, in a sentence. */
  public static String protocol(DataInfo data) {
    return String.format(
        Locale.ROOT,
        "Part %s, protocol %s%s.",
        data.part(),
        data.protocol(),
        data.draws() == 1 ? "" : ", every value the mean of " + data.draws() + " draws");
  }

  /** Returns the sentences that readers should know, and what was left out of the numbers. */
  public static List<String> dataNotes(DataInfo data) {
    String excluded =
        data.excludedQueries() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "%d %s left out because no item of the gallery is relevant.",
                data.excludedQueries(),
                data.excludedQueries() == 1 ? "query was" : "queries were");
    String broken =
        data.broken().isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                "%d %s not be used and %s in no number:",
                data.broken().size(),
                data.broken().size() == 1 ? "image could" : "images could",
                data.broken().size() == 1 ? "is" : "are");
    return Stream.concat(data.notes().stream(), Stream.of(excluded, broken))
        .filter(note -> !note.isEmpty())
        .toList();
  }

  private static String figure(ResultRow row) {
    String interval = Metric.RECALL_AT_1.interval(row);
    return Labels.percent(row.value())
        + " %"
        + (interval.isEmpty() ? "" : " (95 % interval " + interval + ")");
  }
}
