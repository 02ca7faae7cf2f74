package dev.holdfast.attacks;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.projection.PixelBudget;
import dev.holdfast.attacks.shared.CrossFitting;
import dev.holdfast.attacks.shared.SharedPerturbation;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.budget.StepSize;
import java.util.function.Consumer;

/**
 * One perturbation for all images, learnt from others: the mean objective over gallery images is
 * ascended by momentum steps on one perturbation. Whoever meets it needs no gradient and no time.
 *
 * <p>Images are divided into halves by seed and id, and each half is attacked with what was learnt
 * from gallery images of the other: nobody meets what it helped to learn.
 *
 * @param steps of learning, for each half; default 100
 * @param stepSize length of a step, such as {@code 1/255}, or in parts of epsilon; default {@code
 *     epsilon/10}
 * @param images of each half to learn from, at most; default 512
 * @param batch images in one step; default 32
 * @param decay of the momentum; default 0.9
 */
@JsonTypeName("universal")
public record Universal(Integer steps, String stepSize, Integer images, Integer batch, Double decay)
    implements Attack {

  private static final String OWNER = "attack universal";

  /** Puts the defaults in and checks the values. */
  public Universal {
    steps = Check.count("steps", steps, 100, OWNER);
    stepSize = StepSize.checked(stepSize, "epsilon/10", OWNER);
    images = Check.count("images", images, 512, OWNER);
    batch = Check.count("batch", batch, 32, OWNER);
    decay = Check.number("decay", decay, 0.9, 0, 1, OWNER);
  }

  @Override
  public String description() {
    return "one perturbation for all images, learnt from gallery images that it is not put on";
  }

  @Override
  public String source() {
    return "Moosavi-Dezfooli et al., CVPR 2017 (1610.08401); Li et al., ICCV 2019, for retrieval";
  }

  /** Many images share what learning costs. */
  @Override
  public int cost() {
    return steps;
  }

  @Override
  public void check(ThreatModel threat, Objective objective) {
    StepSize.check(stepSize, threat.norm(), threat.epsilon(), OWNER);
  }

  @Override
  public void perturb(AttackTask task, Consumer<Perturbed> done) {
    PixelBudget budget = new PixelBudget(task.norm(), task.epsilon());
    double length = StepSize.length(stepSize, task.norm(), task.epsilon(), OWNER);
    Addition addition =
        new Addition(
            task.norm(), task.epsilon(), length, task.values(), task.hasZeroGradientAtClean());
    new CrossFitting(OWNER, steps, images, batch, decay)
        .run(
            task,
            addition,
            (item, values, image) -> {
              float[] clean = image.clone();
              for (int i = 0; i < image.length; i++) {
                image[i] += values[i];
              }
              budget.project(image, clean);
            },
            done);
  }

  /** A perturbation that is added. */
  private record Addition(Norm norm, double epsilon, double length, int size, boolean beside)
      implements SharedPerturbation, SharedPerturbation.Placement {

    @Override
    public float[] start(CounterRng rng) {
      float[] values = new float[size];
      for (int i = 0; i < size && beside; i++) {
        values[i] = (float) (norm == Norm.LINF ? rng.nextDouble(-1, 1) : rng.nextGaussian());
      }
      double scale = beside ? Ball.NUDGE * epsilon / of(values) : 0;
      for (int i = 0; i < size; i++) {
        values[i] *= (float) scale;
      }
      return values;
    }

    /** There is one way only. */
    @Override
    public SharedPerturbation.Placement draw(CounterRng rng) {
      return this;
    }

    @Override
    public void put(float[] values, float[] image, int offset) {
      for (int i = 0; i < size; i++) {
        image[offset + i] = Math.max(0, Math.min(1, image[offset + i] + values[i]));
      }
    }

    /** Where a value is cut to [0,1], more of the same changes nothing. */
    @Override
    public void pull(float[] values, float[] gradient, float[] image, int offset, double[] sum) {
      for (int i = 0; i < size; i++) {
        float value = image[offset + i];
        if (!((value == 0 && values[i] < 0) || (value == 1 && values[i] > 0))) {
          sum[i] += gradient[offset + i];
        }
      }
    }

    @Override
    public void step(float[] values, double[] direction) {
      double squares = 0;
      for (double d : direction) {
        squares += d * d;
      }
      double factor = length / Math.sqrt(squares);
      for (int i = 0; i < size; i++) {
        values[i] +=
            (float)
                (norm == Norm.LINF ? length * Math.signum(direction[i]) : factor * direction[i]);
      }
      if (norm == Norm.LINF) {
        for (int i = 0; i < size; i++) {
          values[i] = (float) Math.max(-epsilon, Math.min(epsilon, values[i]));
        }
        return;
      }
      double norm2 = of(values);
      for (int i = 0; i < size && norm2 > epsilon; i++) {
        values[i] *= (float) (epsilon / norm2);
      }
    }

    private double of(float[] values) {
      double largest = 0;
      double squares = 0;
      for (float value : values) {
        largest = Math.max(largest, Math.abs(value));
        squares += (double) value * value;
      }
      return norm == Norm.LINF ? largest : Math.sqrt(squares);
    }
  }
}
