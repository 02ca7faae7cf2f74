package dev.holdfast.reports.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Verdict;
import org.junit.jupiter.api.Test;

class HeadlineTest {

  @Test
  void finds_the_worst_of_each_kind() {
    Headline headline = Headline.of(Audits.small());
    assertThat(headline.clean().orElseThrow().value()).isEqualTo(0.75);
    assertThat(headline.worstAttack().orElseThrow().perturbation()).isEqualTo("pgd-linf");
    assertThat(headline.worstCorruption().orElseThrow().value()).isCloseTo(0.3, within(1e-12));
    assertThat(headline.meanCorruption()).isCloseTo(0.3, within(1e-12));
    assertThat(headline.corruptions()).isEqualTo(2);
    assertThat(headline.verdict()).contains(Verdict.SUSPICIOUS);
  }

  @Test
  void tells_the_story_in_plain_language() {
    Audit audit = Audits.small();
    assertThat(Headline.of(audit).verdictSentence(audit))
        .isEqualTo(
            "Read the trust findings before relying on these numbers: 1 of 2 trust checks found"
                + " something.");
    assertThat(Headline.of(audit).story(audit))
        .contains("75.0 %", "400 queries", "pgd-linf (embedding-shift) at linf 8/255", "12.5 %");
  }

  @Test
  void claims_nothing_without_numbers() {
    Audit audit = Audits.bare(false);
    Headline headline = Headline.of(audit);
    assertThat(headline.verdictSentence(audit)).startsWith("No trust check was run");
    assertThat(headline.story(audit))
        .contains("There is no recall@1", "There is no attack on images in this battery.")
        .endsWith("There is no corruption in this battery.");
    assertThat(headline.meanCorruption()).isNaN();
  }

  @Test
  void what_was_measured_by_other_metrics_is_not_said_to_be_missing() {
    Audit whole = Audits.small();
    Audit other =
        whole.withRows(
            whole.rows().stream().filter(r -> !Metric.of(r).equals(Metric.RECALL_AT_1)).toList());
    assertThat(Headline.of(other).story(other))
        .contains("There is no recall@1 under attack on images in this battery.")
        .endsWith("There is no recall@1 under corruption in this battery.");
  }
}
