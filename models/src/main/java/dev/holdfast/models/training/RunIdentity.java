package dev.holdfast.models.training;

import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.yaml.StrictYaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What decides the outcome of a training: two runs with equal identities end with equal weights.
 *
 * @param data fingerprint of the images
 * @param recipe with the seed that is used
 * @param threads of the engine: sums over parts of an array depend on how many parts there are;
 *     null if it is not known
 */
record RunIdentity(String data, Recipe recipe, Integer threads) {

  /** Names the weights to start from by what is in them, so that a run may move with its files. */
  static RunIdentity of(TrainingImages images, Recipe recipe, int threads) {
    String weights = recipe.initialWeights();
    return new RunIdentity(
        images.fingerprint(),
        weights == null
            ? recipe
            : recipe.withInitialWeights("sha256:" + ModelLoader.sha256(Path.of(weights))),
        threads);
  }

  /** Tells whether the other would go on with other sums: both numbers are known and differ. */
  boolean otherThreads(RunIdentity other) {
    return threads != null && other.threads != null && !threads.equals(other.threads);
  }

  /**
   * Returns the keys in which the other differs, each with both values, such as {@code seed};
   * threads are not among them.
   */
  List<String> differences(RunIdentity other) {
    List<String> differences = new ArrayList<>();
    Map<String, Object> mine = StrictYaml.toMap(recipe);
    Map<String, Object> others = StrictYaml.toMap(other.recipe);
    Set<String> keys = new LinkedHashSet<>(mine.keySet());
    keys.addAll(others.keySet());
    for (String key : keys) {
      if (!Objects.equals(mine.get(key), others.get(key))) {
        differences.add("%s: %s instead of %s".formatted(key, others.get(key), mine.get(key)));
      }
    }
    if (!data.equals(other.data)) {
      differences.add("data: %s instead of %s".formatted(other.data, data));
    }
    return differences;
  }
}
