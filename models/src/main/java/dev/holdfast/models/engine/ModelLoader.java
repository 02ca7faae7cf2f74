package dev.holdfast.models.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.backbone.Branch;
import dev.holdfast.models.backbone.Safetensors;
import dev.holdfast.models.backbone.Weights;
import dev.holdfast.models.card.ModelCard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens candidates. */
public final class ModelLoader {

  private static final String CARD = "model.yaml";

  private ModelLoader() {}

  /**
   * Opens a candidate.
   *
   * @param path a model card ({@code *.yaml}), a directory with {@code model.yaml}, or a file of
   *     weights with its card beside it ({@code NAME.yaml})
   * @param device where it runs
   * @throws InputException if there is no card, or card and weights cannot be used
   */
  public static EmbeddingModel open(Path path, Device device) {
    Path file = cardOf(path);
    ModelCard card = ModelCard.read(file);
    Path weights = file.toAbsolutePath().getParent().resolve(card.weights());
    if (!Files.isRegularFile(weights)) {
      throw InputException.of(
          "weights",
          card.weights(),
          file.getFileName().toString(),
          "be a file beside the card",
          "its name is misspelt: " + weights + " does not exist");
    }
    String sha256 = sha256(weights);
    if (card.backbone() == null) {
      TorchScriptNetwork network = TorchScriptNetwork.load(weights, device);
      return new NetworkModel(card, sha256, NDManager.newBaseManager(device, "PyTorch"), network);
    }
    NDManager manager = NDManager.newBaseManager(device, "PyTorch");
    try {
      Weights read = Safetensors.read(weights, manager);
      check(card, read);
      Network network = new BackboneNetwork(card.backbone(), read, Branch.MAIN, manager);
      return new NetworkModel(card, sha256, manager, network);
    } catch (InputException e) {
      manager.close();
      throw e;
    }
  }

  private static void check(ModelCard card, Weights weights) {
    int channels = card.input().spec().color().channels();
    List<String> problems =
        weights.problems(card.backbone().arrays(channels, card.embedding().dimension()));
    if (!problems.isEmpty()) {
      throw InputException.of(
          "weights",
          card.weights(),
          "the model card",
          "fit the backbone " + card.backbone().id() + ": " + InputException.some(problems),
          "backbone, color or dimension of the card are those of another model");
    }
  }

  /**
   * Returns the card that belongs to a path.
   *
   * @throws InputException if there is none
   */
  public static Path cardOf(Path path) {
    if (Files.isDirectory(path)) {
      Path card = path.resolve(CARD);
      if (Files.isRegularFile(card)) {
        return card;
      }
      throw noCard(path, card);
    }
    if (!Files.isRegularFile(path)) {
      throw InputException.of(
          "model",
          path,
          "the command line",
          "be a model card, a directory with model.yaml or a TorchScript file",
          "its name is misspelt: nothing of that name exists");
    }
    String name = path.getFileName().toString();
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      return path;
    }
    int dot = name.lastIndexOf('.');
    Path card = path.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".yaml");
    if (Files.isRegularFile(card)) {
      return card;
    }
    throw noCard(path, card);
  }

  private static InputException noCard(Path path, Path card) {
    return new InputException(
        """
        The model (%s) must have a model card: %s does not exist.
        Maybe write one, because nobody can guess how a model wants its pixels:
        schema: 1
        name: my-model
        weights: %s
        input: {height: 224, width: 224, color: rgb, resize: bilinear, resize_short_side: 256, crop: center}
        normalization: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
        embedding: {dimension: 128, normalize: true, distance: cosine}"""
            .formatted(
                path,
                card,
                Files.isDirectory(path) ? weightsIn(path) : path.getFileName().toString()));
  }

  private static String weightsIn(Path directory) {
    try (var files = Files.list(directory)) {
      List<String> names =
          files
              .map(f -> f.getFileName().toString())
              .filter(n -> n.endsWith(".pt"))
              .sorted()
              .toList();
      return names.isEmpty() ? "model.pt" : names.get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the SHA-256 of a file in hexadecimal digits.
   *
   * @throws InputException if it cannot be read
   */
  public static String sha256(Path file) {
    try {
      return Sha256.hex(file);
    } catch (IOException e) {
      throw new InputException(
          "The weights (%s) must be readable.%nMaybe check its permissions.".formatted(file), e);
    }
  }
}
