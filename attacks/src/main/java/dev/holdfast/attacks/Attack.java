package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.registry.Registry;
import java.util.List;
import java.util.function.Consumer;

/**
 * An algorithm that perturbs images inside a budget. Its record holds the hyper-parameters; model,
 * images, objective and budget arrive in the call. The norm belongs to the threat model, so the
 * label {@code pgd-linf} is derived.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Attack
    permits Fgsm,
        RFgsm,
        Pgd,
        MiFgsm,
        NiFgsm,
        DiFgsm,
        TiFgsm,
        Apgd,
        Fmn,
        CarliniWagner,
        Square,
        Nes,
        Spsa,
        HopSkipJump,
        SuccessiveHalving,
        Universal,
        Patch {

  /** Returns the id that configurations use, such as {@code pgd}. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it does, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /** Returns the largest number of steps for each image. */
  Integer steps();

  /** Returns the rough cost of one image in forward passes, for the time that is left. */
  default int cost() {
    // A backward pass costs about two forward passes.
    return 3 * steps();
  }

  /** Returns what it has to know of the candidate. */
  default Knowledge knowledge() {
    return Knowledge.WHITE_BOX;
  }

  /** Returns the norms that it works under; the first is the default. */
  default List<Norm> norms() {
    return Norm.LENGTHS;
  }

  /**
   * Tells whether it looks for the smallest perturbation that breaks recall@k, so that its result
   * is a length and epsilon only a limit.
   */
  default boolean seeksMinimumNorm() {
    return false;
  }

  /**
   * Refuses a threat model or an objective that this attack cannot be used with. Called before
   * anything is computed.
   *
   * @throws dev.holdfast.metrics.error.InputException if they do not fit
   */
  default void check(ThreatModel threat, Objective objective) {}

  /**
   * Perturbs all images of a cell, and hands over each as soon as it is done, in whatever order.
   *
   * <p>Every perturbed value is in [0,1], and no perturbation is longer than epsilon, exactly. With
   * epsilon 0 the images come back bit for bit. What happens to an image depends on itself, its id,
   * the cell, the pool and the seed alone: not on the images beside it, on their order or on early
   * exit.
   *
   * @param done gets every image once, on the thread of the caller
   */
  void perturb(AttackTask task, Consumer<Perturbed> done);
}
