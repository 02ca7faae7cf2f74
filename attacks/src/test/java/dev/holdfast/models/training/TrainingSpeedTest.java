package dev.holdfast.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.holdfast.attacks.training.TargetedSteps;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Route;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.yaml.StrictYaml;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a step of MDProp costs beside the forward and backward passes that it consists of, with the
 * same network, images and threads. Needs a quiet machine. See {@code harness/benchmarks} for the
 * comparison with PyTorch for Python.
 */
@Tag("slow")
class TrainingSpeedTest {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingSpeedTest.class);
  private static final int BATCH = 64;
  private static final int CLASSES = 16;
  private static final int WARM_UP = 5;
  private static final int REPETITIONS = 30;
  private static final double ALLOWED = 1.05;
  private static final Shape IMAGES = new Shape(BATCH, 3, 32, 32);

  private static final Recipe RECIPE =
      StrictYaml.parse(
          """
          schema: 1
          name: speed
          method: {type: mdprop}
          backbone: {type: resnet-20}
          embedding: {dimension: 64, normalize: true, distance: cosine}
          input: {height: 32, width: 32}
          normalization: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
          batch_size: 64
          samples_per_class: 4
          epochs: 1
          """,
          "recipe.yaml",
          Recipe.class);

  @Test
  @Timeout(1800)
  void a_step_costs_at_most_five_percent_more_than_its_passes() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Weights weights = InitialWeights.of(RECIPE, manager);
      Adam adam = new Adam(Adam.zeros(weights, manager), 4e-4, 0);
      CounterRng rng = CounterRng.of(1, "images", 0);
      float[] pixels = new float[(int) IMAGES.size()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) rng.nextDouble();
      }
      long[] labels = new long[BATCH];
      long[] classes = new long[CLASSES];
      for (int i = 0; i < BATCH; i++) {
        labels[i] = i / (BATCH / CLASSES);
        classes[(int) labels[i]] = labels[i];
      }
      List<Double> steps = new ArrayList<>();
      List<Double> passes = new ArrayList<>();
      for (int i = 0; i < WARM_UP + REPETITIONS; i++) {
        passes.add(passes(weights, pixels, manager));
        steps.add(step(weights, adam, pixels, labels, classes, i, manager));
      }
      passes.add(passes(weights, pixels, manager));
      // Each step beside the passes before and after it, so that other work slows both.
      List<Double> ratios = new ArrayList<>();
      for (int i = WARM_UP; i < WARM_UP + REPETITIONS; i++) {
        ratios.add(2 * steps.get(i) / (passes.get(i) + passes.get(i + 1)));
      }
      double ratio = quantile(ratios, 0.5);
      // As the peer in Python is timed: nothing but steps.
      List<Double> alone = new ArrayList<>();
      for (int i = 0; i < WARM_UP + REPETITIONS; i++) {
        double time = step(weights, adam, pixels, labels, classes, steps.size() + i, manager);
        if (i >= WARM_UP) {
          alone.add(time);
        }
      }
      LOG.warn("mdprop step {} ms", Math.round(quantile(alone, 0.5)));
      LOG.warn(
          "between passes {} ms, its forward and backward passes {} ms, ratio {}, quartiles {} and {}",
          Math.round(quantile(steps, 0.5)),
          Math.round(quantile(passes, 0.5)),
          rounded(ratio),
          rounded(quantile(ratios, 0.25)),
          rounded(quantile(ratios, 0.75)));
      assertThat(ratio).isLessThanOrEqualTo(ALLOWED);
    }
  }

  private static double step(
      Weights weights,
      Adam adam,
      float[] pixels,
      long[] labels,
      long[] classes,
      long number,
      NDManager parent) {
    long start = System.nanoTime();
    try (NDManager manager = parent.newSubManager()) {
      NDArray images = HostToDevice.array(pixels, IMAGES, manager);
      Weights leaves = weights.leaves(manager);
      RECIPE
          .method()
          .run(
              new TrainingStep(
                  RECIPE, weights, leaves, images, labels, classes, number, new TargetedSteps()));
      adam.step(weights, leaves, number + 1, name -> 1e-5);
    }
    return (System.nanoTime() - start) / 1e6;
  }

  /** The passes alone: no loss, no targets, no noise, no optimizer. */
  private static double passes(Weights weights, float[] pixels, NDManager parent) {
    Backbone net = RECIPE.backbone();
    try (NDManager manager = parent.newSubManager()) {
      NDArray images = HostToDevice.array(pixels, IMAGES, manager);
      Weights leaves = weights.leaves(manager);
      Weights fixed = weights.forEvaluation(manager);
      long start = System.nanoTime();
      for (Branch branch : new Branch[] {Branch.AUX1, Branch.AUX2}) {
        Route route = Route.evaluation(branch);
        try (NDManager half = manager.newSubManager()) {
          NDArray rows = images.get("0:" + BATCH / 2);
          rows.attach(half);
          NDArray targets = net.forward(fixed, rows, route);
          assertThat(targets.getShape().get(0)).isEqualTo(BATCH / 2);
          NDArray leaf = rows.duplicate();
          leaf.setRequiresGradient(true);
          try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            collector.backward(net.forward(fixed, leaf, route).sum());
          }
        }
      }
      Route mix =
          new Route(
              List.of(
                  new Route.Part(Branch.MAIN, BATCH, Route.Statistics.BATCH),
                  new Route.Part(Branch.AUX1, BATCH / 2, Route.Statistics.BATCH),
                  new Route.Part(Branch.AUX2, BATCH / 2, Route.Statistics.BATCH)));
      // A pass has ended when its memory is free again.
      try (NDManager both = manager.newSubManager()) {
        NDArray twice = images.concat(images);
        twice.attach(both);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          // Squares: the sum alone has no gradient behind batch norm.
          collector.backward(net.forward(leaves, twice, mix).square().sum());
        }
      }
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static double quantile(List<Double> values, double part) {
    return values.stream().sorted().toList().get((int) (part * (values.size() - 1)));
  }
}
