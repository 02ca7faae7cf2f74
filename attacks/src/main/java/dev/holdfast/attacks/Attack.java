package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.models.registry.Registry;

/**
 * An algorithm that perturbs images inside a budget. Its record holds the hyper-parameters; model,
 * images, objective and budget arrive in the call. The norm belongs to the threat model, so the
 * label {@code pgd-linf} is derived.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Attack permits Fgsm, Pgd {

  /** Returns the id that configurations use, such as {@code pgd}. */
  default String id() {
    return Registry.id(getClass());
  }

  /** Returns what it does, in one line. */
  String description();

  /** Returns where it comes from. */
  String source();

  /** Returns the number of gradient steps for each image. */
  Integer steps();

  /**
   * Perturbs a batch.
   *
   * <p>Every perturbed value is in [0,1], and no perturbation is longer than epsilon, exactly. With
   * epsilon 0 the images come back bit for bit. What happens to an image depends on itself, its id
   * and the seed alone.
   *
   * @return perturbed images on the manager of {@code task.clean()}
   */
  Perturbed perturb(AttackTask task);
}
