package dev.holdfast.models.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.card.ModelCard;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells why a network that could be loaded does not take a batch of images. */
final class ForwardFailure {

  private static final int LONGEST_WORDS = 200;

  /** What the engine says, what must be, and what to do. */
  private record Known(Pattern words, String rule, String remedy) {

    Known(String words, String rule, String remedy) {
      this(Pattern.compile(words, Pattern.CASE_INSENSITIVE), rule, remedy);
    }
  }

  private static final Pattern MEMORY =
      Pattern.compile("out of memory|allocate memory", Pattern.CASE_INSENSITIVE);

  private static final Pattern IN_PLACE =
      Pattern.compile("leaf Variable that requires grad.*in-place");

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              "missing value for argument '(\\w+)'",
              "take one batch of images and nothing else, and it asks for %1$s as well",
              "wrap the network: def forward(self, x): return self.net(x, ...)"),
          new Known(
              "CUDA|cuda:\\d|device type|same device",
              "run on the device that was asked for, and its code names another",
              "it was traced on another device: trace it again after model.cpu()"),
          new Known(
              "Input type \\((?:c10::)?(\\w+)\\) and (?:bias|weight) type"
                  + " \\((?:torch\\.)?(?:c10::)?(\\w+)\\)",
              "have weights of the type of its input, float32, and they are of another (%2$s)",
              "convert the network before it is saved: model.float()"),
          new Known(
              "must have the same dtype|expected (?:m1 and m2|scalar type|mat1 and mat2)|not implemented for '(?:Half|BFloat16)'",
              "have weights of the type of its input, float32, and they are of another",
              "convert the network before it is saved: model.float()"),
          new Known(
              "to have (\\d+) channels, but got (\\d+) channels",
              "take what the card says of the input: the network wants %1$s channels and gets %2$s",
              "input.color is wrong (gray has 1 channel), or the network wants its channels last"),
          new Known(
              "invalid for input of size|shapes cannot be multiplied|must match the size of tensor|doesn't match model|Output size is too small|Kernel size can't be greater|unflatten",
              "take images of %3$s, as its card says",
              "it was made for another size: correct input.height and input.width"));

  private ForwardFailure() {}

  /**
   * @param takesOne whether a single image is taken
   */
  static InputException explain(
      ModelCard card, NDArray input, RuntimeException engine, boolean takesOne) {
    String words = String.valueOf(engine.getMessage());
    String size = input.getShape().get(2) + " x " + input.getShape().get(3);
    if (MEMORY.matcher(words).find()) {
      return refusal(
          card,
          "fit into the memory of the device with a batch of " + input.getShape(),
          "give a smaller --batch-size.",
          engine);
    }
    // Without a gradient it may do so, and the trial with a single image has none.
    if (IN_PLACE.matcher(words).find()) {
      return refusal(
          card,
          "leave its input as it is, or no gradient leads there, and it changes it in place",
          "let it begin with x = x.clone(), or write inplace=False.",
          engine);
    }
    if (takesOne) {
      return batchSize(card, 1, engine);
    }
    return KNOWN.stream()
        .flatMap(known -> explain(known, words, size).stream())
        .findFirst()
        .map(parts -> refusal(card, parts.get(0), parts.get(1), engine))
        .orElseGet(
            () ->
                refusal(
                    card,
                    "accept a batch of " + input.getShape(),
                    "it says why itself: " + firstLine(engine),
                    engine));
  }

  private static Optional<List<String>> explain(Known known, String words, String size) {
    Matcher matcher = known.words().matcher(words);
    if (!matcher.find()) {
      return Optional.empty();
    }
    String first = matcher.groupCount() > 0 ? matcher.group(1) : "";
    String second = matcher.groupCount() > 1 ? matcher.group(2) : "";
    return Optional.of(
        List.of(
            known.rule().formatted(first, second, size),
            known.remedy() + ". The network says: " + firstLine(words)));
  }

  private static InputException refusal(
      ModelCard card, String rule, String remedy, Throwable engine) {
    return new InputException(
        "The model (%s) must %s.%nMaybe %s".formatted(card.name(), rule, remedy), engine);
  }

  private static InputException batchSize(ModelCard card, long size, Throwable cause) {
    return refusal(
        card,
        "take a batch of any size, and it takes %d %s at a time"
            .formatted(size, size == 1 ? "image" : "images"),
        "it was traced with such a batch: give --batch-size %d, or trace it with two images and without reshapes to fixed sizes."
            .formatted(size),
        cause);
  }

  /** What to say when the embeddings have another shape. */
  static InputException shape(ModelCard card, Shape shape, Shape expected) {
    long batch = expected.get(0);
    long dimension = expected.get(1);
    if (shape.dimension() == 2 && shape.get(0) != batch && shape.size() == batch * dimension) {
      return batchSize(card, shape.get(0), null);
    }
    return InputException.of(
        "output shape",
        shape,
        "the model " + card.name(),
        "be " + expected + " as its card says",
        shape.dimension() == 2 && shape.get(0) == batch
            ? "the card should say dimension: " + shape.get(1)
            : shape.dimension() == 2
                ? "it was traced with a batch of another size: give --batch-size " + shape.get(0)
                : "the network lacks a pooling or flattening layer");
  }

  /** The engine puts a C++ stack behind its message; the cause stands in a line of its own. */
  static String firstLine(Throwable e) {
    return firstLine(String.valueOf(e.getMessage()));
  }

  private static String firstLine(String message) {
    String line =
        message
            .lines()
            .map(String::strip)
            .filter(l -> l.startsWith("RuntimeError:") || l.startsWith("torch.jit.Error"))
            .findFirst()
            .or(() -> message.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst())
            .orElse("no message");
    return line.length() <= LONGEST_WORDS ? line : line.substring(0, LONGEST_WORDS) + "...";
  }
}
