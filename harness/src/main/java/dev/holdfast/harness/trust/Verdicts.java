package dev.holdfast.harness.trust;

import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.reports.result.TrustVerdict;
import dev.holdfast.reports.result.Verdict;
import java.util.List;

/** Findings of trust checks as reports hold them. */
public final class Verdicts {

  private Verdicts() {}

  /** Returns the same finding as a verdict. */
  public static TrustVerdict of(Finding finding) {
    Verdict verdict =
        switch (finding.level()) {
          case OK -> Verdict.OK;
          case SUSPICIOUS -> Verdict.SUSPICIOUS;
          case UNRELIABLE -> Verdict.UNRELIABLE;
        };
    return new TrustVerdict(finding.check(), verdict, finding.text(), finding.figures());
  }

  /** Returns the same findings as verdicts, in their order. */
  public static List<TrustVerdict> of(List<Finding> findings) {
    return findings.stream().map(Verdicts::of).toList();
  }
}
