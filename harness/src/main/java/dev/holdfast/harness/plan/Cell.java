package dev.holdfast.harness.plan;

import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;

/** One perturbation of one audit: what is computed, stored and resumed as a whole. */
public sealed interface Cell
    permits AttackCell, CorruptionCell, EmbeddingCell, SequenceCell, WorstCaseCell {

  /** Returns the id, also the name of the cell's file; equal settings have equal ids. */
  String id();

  /** Returns the label of the perturbation, such as {@code pgd-linf} or {@code gaussian-noise}. */
  String perturbation();

  /** Returns a heading for people. */
  String title();

  /** Returns whose images are perturbed. */
  Side side();

  /** Returns budget, side and knowledge of who attacks images; null where nobody does. */
  default ThreatModel threat() {
    return null;
  }

  /** Returns every hyper-parameter as canonical JSON. */
  String setting();

  /** Returns the rough cost of one image, in forward passes, for the time that is left. */
  int cost();

  /** Returns the rough number of forward and backward passes for one image. */
  default int passes() {
    return cost();
  }
}
