package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.gradient.MinimumNorm;
import dev.holdfast.attacks.gradient.Tournament;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Many short runs of gradient ascent from different starts and towards different items; those that
 * have come farthest go on. Where an attack ends depends on where it starts and on which wrong item
 * it has in view: the nearest one is often not the one that can be reached, and which one can is
 * seen after a few steps. In each round a quarter of the runs is kept, and goes on for twice as
 * many steps from its best image, until one is left. Goes with the objective margin.
 *
 * <p>The first run begins at the clean image, all others at random points of the budget. Every
 * other one aims at one of the wrong items, the nearest first; the rest at whichever is nearest at
 * each step. Steps go along a momentum of gradients (0.75) and get shorter with a cosine, in the
 * first round from epsilon to a tenth of it; each further round begins and ends with half of that.
 *
 * <p>Effort goes where it may help. A query of whose margin more than three quarters are left
 * behind the first eight runs, or more than two fifths behind the first round, is given up. One of
 * whose margin less than a tenth is left at the end is attempted again, from other starts and with
 * twice the steps; with less than three hundredths left once more, with twice as many again.
 *
 * @param runs of the first round; default 40
 * @param steps of each run in the first round; default 8
 */
@JsonTypeName("successive-halving")
public record SuccessiveHalving(Integer runs, Integer steps) implements Attack {

  private static final String OWNER = "attack successive-halving";
  private static final int DEFAULT_RUNS = 40;
  private static final int DEFAULT_STEPS = 8;
  private static final int KEPT = 4;

  /** Puts the defaults in and checks the values. */
  public SuccessiveHalving {
    runs = Check.count("runs", runs, DEFAULT_RUNS, OWNER);
    steps = Check.count("steps", steps, DEFAULT_STEPS, OWNER);
  }

  @Override
  public String description() {
    return "many short runs from other starts and towards other items; the best ones go on";
  }

  @Override
  public String source() {
    return "after the targeted attacks of Croce and Hein, ICML 2020 (2003.01690), and the successive"
        + " halving of Jamieson and Talwalkar, AISTATS 2016 (1502.07943)";
  }

  /** Returns the rounds, in their order; the last one has one run. */
  List<Tournament.Round> rounds() {
    List<Tournament.Round> rounds = new ArrayList<>();
    int left = runs;
    int length = steps;
    rounds.add(new Tournament.Round(left, length));
    while (left > 1) {
      left = (left + KEPT - 1) / KEPT;
      length *= 2;
      rounds.add(new Tournament.Round(left, length));
    }
    return rounds;
  }

  @Override
  public int cost() {
    // The last step of each run is looked at, too.
    return rounds().stream().mapToInt(round -> 3 * round.runs() * (round.steps() + 1)).sum();
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    MinimumNorm.check(objective, OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    Tournament.run(task, rounds(), done);
  }
}
