package dev.holdfast.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import dev.holdfast.models.backbone.ArraySpec;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Weights before the first step: drawn, and taken from a file by name where there is one. */
final class InitialWeights {

  private InitialWeights() {}

  /**
   * Draws the weights of a recipe, puts those of its file in, and adds auxiliary branches.
   *
   * @throws InputException if the file lacks arrays or has others, the head apart
   */
  static Weights of(Recipe recipe, NDManager manager) {
    List<ArraySpec> specs =
        recipe
            .backbone()
            .arrays(recipe.input().spec().color().channels(), recipe.embedding().dimension());
    Weights weights = Weights.draw(specs, manager, CounterRng.of(recipe.seed(), "weights", 0));
    if (recipe.initialWeights() != null) {
      try (Weights file = Safetensors.read(Path.of(recipe.initialWeights()), manager)) {
        load(weights, specs, file, recipe.initialWeights(), recipe.backbone());
      }
    }
    weights.addBranches(recipe.method().branches(), recipe.method().startsWithFreshStatistics());
    return weights;
  }

  /**
   * Copies every array of a file to the array of that name. A head that is missing, or made for
   * other dimensions, is passed over; so are auxiliary branches of the file.
   */
  static void load(
      Weights weights, List<ArraySpec> specs, Weights file, String name, Backbone backbone) {
    Map<String, NDArray> given = file.all();
    List<ArraySpec> body = specs.stream().filter(s -> !isHead(s.name())).toList();
    List<String> problems = new ArrayList<>(file.problems(body));
    Set<String> unexpected = new LinkedHashSet<>(given.keySet());
    specs.forEach(s -> unexpected.remove(s.name()));
    unexpected.removeIf(n -> isHead(n) || Branch.isAuxiliary(n));
    unexpected.forEach(n -> problems.add(n + " is unexpected"));
    if (!problems.isEmpty()) {
      throw InputException.of(
          "initial_weights",
          name,
          "the recipe",
          "fit the backbone " + backbone.id() + ": " + InputException.some(problems),
          "they are those of another network or width");
    }
    for (ArraySpec spec : specs) {
      NDArray array = given.get(spec.name());
      if (array != null && array.getShape().equals(spec.shape())) {
        weights.put(spec.name(), array.toFloatArray(), spec.shape());
      }
    }
  }

  private static boolean isHead(String name) {
    return name.startsWith(Backbone.HEAD);
  }
}
