package dev.holdfast.models.training;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Images by class: those to train on and those held out.
 *
 * @param training the images of each training class
 * @param validation the images of the classes held out; may be empty
 */
record ClassSplit(List<int[]> training, List<Integer> validation) {

  private static final int FEWEST = 2;

  /**
   * Holds out a seeded choice of classes.
   *
   * @throws InputException if fewer than two classes remain to train on
   */
  static ClassSplit of(TrainingImages images, Validation validation, long seed) {
    Map<Long, List<Integer>> byLabel = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      byLabel.computeIfAbsent(images.label(i), l -> new ArrayList<>()).add(i);
    }
    List<Long> labels = new ArrayList<>(byLabel.keySet());
    labels.sort(
        (a, b) -> Long.compareUnsigned(CounterRng.order(seed, a), CounterRng.order(seed, b)));
    int held =
        validation.fraction() == 0
            ? 0
            : Math.max(FEWEST, (int) Math.round(validation.fraction() * labels.size()));
    if (labels.size() - held < FEWEST) {
      throw InputException.of(
          "number of classes",
          labels.size(),
          "the training data",
          "leave at least 2 to train on when %d are held out".formatted(held),
          "set validation: {fraction: 0}");
    }
    List<Integer> heldOut = new ArrayList<>();
    labels.subList(0, held).stream().map(byLabel::get).forEach(heldOut::addAll);
    heldOut.sort(null);
    List<int[]> training =
        labels.subList(held, labels.size()).stream()
            .sorted()
            .map(l -> byLabel.get(l).stream().mapToInt(Integer::intValue).toArray())
            .toList();
    return new ClassSplit(training, List.copyOf(heldOut));
  }
}
