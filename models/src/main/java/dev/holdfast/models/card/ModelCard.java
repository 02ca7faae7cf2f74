package dev.holdfast.models.card;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.data.ColorMode;
import dev.holdfast.models.data.InputSpec;
import dev.holdfast.models.data.ResizeFilter;
import dev.holdfast.models.yaml.StrictYaml;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The declaration of a candidate: what its input looks like, how pixels are normalized and what an
 * embedding is.
 *
 * @param schema version of the format; 1
 * @param name what reports call the model
 * @param weights file of the weights, relative to the card
 * @param backbone the network that the weights (safetensors) belong to; null for TorchScript
 * @param input what images look like
 * @param normalization from pixels in [0,1] to what the network gets
 * @param embedding what the network gives
 */
public record ModelCard(
    Integer schema,
    String name,
    String weights,
    Backbone backbone,
    Input input,
    Normalization normalization,
    Embedding embedding) {

  private static final String OWNER = "the model card";

  /**
   * Checks that nothing is missing.
   *
   * @throws InputException if something is
   */
  public ModelCard {
    if (schema == null || schema != 1) {
      throw InputException.of("schema", schema, OWNER, "be 1", "start the card with \"schema: 1\"");
    }
    require("name", name, "add \"name: my-model\"");
    require("weights", weights, "add \"weights: model.pt\"");
    require("input", input, "add \"input: {height: 224, width: 224}\"");
    require("normalization", normalization, "add \"normalization: none\" if it is built in");
    require(
        "embedding",
        embedding,
        "add \"embedding: {dimension: 128, normalize: true, distance: cosine}\"");
    if (!normalization.identity()
        && normalization.mean().size() != input.spec().color().channels()) {
      throw InputException.of(
          "mean",
          normalization.mean(),
          OWNER,
          "have one number per channel (" + input.spec().color().channels() + ")",
          "the color of the input is wrong");
    }
  }

  private static void require(String key, Object value, String remedy) {
    if (value == null || (value instanceof String text && text.isBlank())) {
      throw InputException.of(key, "missing", OWNER, "be given", remedy);
    }
  }

  /**
   * Reads a card.
   *
   * @throws InputException if it cannot be read, has unknown keys or misses some
   */
  public static ModelCard read(Path file) {
    return StrictYaml.read(file, ModelCard.class);
  }

  /** Returns what the card says, as plain values for reports. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("schema", schema);
    map.put("name", name);
    map.put("weights", weights);
    if (backbone != null) {
      map.put("backbone", StrictYaml.toMap(backbone));
    }
    InputSpec spec = input.spec();
    Map<String, Object> inputMap = new LinkedHashMap<>();
    inputMap.put("height", spec.height());
    inputMap.put("width", spec.width());
    inputMap.put("color", spec.color().id());
    inputMap.put("resize", spec.resize().id());
    inputMap.put("resize_short_side", spec.resizeShortSide());
    inputMap.put("crop", spec.crop());
    map.put("input", inputMap);
    map.put("normalization", normalization.toValue());
    Map<String, Object> embeddingMap = new LinkedHashMap<>();
    embeddingMap.put("dimension", embedding.dimension());
    embeddingMap.put("normalize", embedding.normalize());
    embeddingMap.put("distance", embedding.distance());
    map.put("embedding", embeddingMap);
    return Collections.unmodifiableMap(map);
  }

  /**
   * What images look like when the model gets them.
   *
   * @param height rows
   * @param width columns
   * @param color {@code rgb} (default), {@code bgr} or {@code gray}
   * @param resize {@code bilinear} (default) or {@code bicubic}
   * @param resizeShortSide default: the larger of height and width
   * @param crop {@code center}, the default
   */
  public record Input(
      Integer height,
      Integer width,
      String color,
      String resize,
      Integer resizeShortSide,
      String crop) {

    /** Puts the defaults in and checks the values. */
    public Input {
      height = height == null ? 0 : height;
      width = width == null ? 0 : width;
      color = color == null ? ColorMode.RGB.id() : color;
      resize = resize == null ? ResizeFilter.BILINEAR.id() : resize;
      resizeShortSide = resizeShortSide == null ? Math.max(height, width) : resizeShortSide;
      crop = crop == null ? "center" : crop;
      new InputSpec(
          height, width, ColorMode.of(color), ResizeFilter.of(resize), resizeShortSide, crop);
    }

    /** Returns the same, typed. */
    public InputSpec spec() {
      return new InputSpec(
          height, width, ColorMode.of(color), ResizeFilter.of(resize), resizeShortSide, crop);
    }
  }

  /**
   * {@code (x - mean) / std} per channel, in the order of the card's color.
   *
   * @param mean one number per channel, in units of [0,1] pixels; empty for none
   * @param std one positive number per channel; empty for none
   */
  public record Normalization(List<Double> mean, List<Double> std) {

    /** Checks that both have the same length and that nothing is divided by 0. */
    public Normalization {
      if (mean == null || std == null || mean.size() != std.size()) {
        throw InputException.of(
            "normalization",
            "mean " + mean + ", std " + std,
            OWNER,
            "give mean and std with one number per channel",
            "write {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}");
      }
      for (Double s : std) {
        if (s == null || !(s > 0) || s.isInfinite()) {
          throw InputException.of("std", std, OWNER, "be positive", "a digit is missing");
        }
      }
      for (Double m : mean) {
        if (m == null || !Double.isFinite(m)) {
          throw InputException.of("mean", mean, OWNER, "be finite", "a digit is missing");
        }
      }
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }

    /** Reads the word {@code none}. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Normalization of(String word) {
      if (!"none".equals(word)) {
        throw InputException.of(
            "normalization", word, OWNER, "be none or {mean, std}", "you meant none");
      }
      return none();
    }

    /** Returns the normalization that changes nothing. */
    public static Normalization none() {
      return new Normalization(List.of(), List.of());
    }

    /** Tells whether nothing is changed. */
    public boolean identity() {
      return mean.isEmpty();
    }

    /** Returns the mean as an array, 1 x C x 1 x 1, of a manager. */
    public NDArray mean(NDManager manager) {
      return perChannel(mean, manager);
    }

    /** Returns the standard deviation as an array, 1 x C x 1 x 1, of a manager. */
    public NDArray std(NDManager manager) {
      return perChannel(std, manager);
    }

    private static NDArray perChannel(List<Double> values, NDManager manager) {
      float[] floats = new float[values.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i).floatValue();
      }
      return manager.create(floats, new Shape(1, floats.length, 1, 1));
    }

    Object toValue() {
      if (identity()) {
        return "none";
      }
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("mean", mean);
      map.put("std", std);
      return map;
    }
  }

  /**
   * What the network gives.
   *
   * @param dimension numbers in one embedding
   * @param normalize whether the wrapper scales embeddings to length 1
   * @param distance {@code euclidean} or {@code cosine}
   */
  public record Embedding(Integer dimension, Boolean normalize, String distance) {

    /** Puts the defaults in and checks the values. */
    public Embedding {
      if (dimension == null || dimension < 1) {
        throw InputException.of(
            "dimension", dimension, OWNER, "be at least 1", "add embedding.dimension");
      }
      if (normalize == null) {
        throw InputException.of(
            "normalize", "missing", OWNER, "be true or false", "add embedding.normalize");
      }
      List<String> known = Arrays.stream(Distance.values()).map(Distance::id).toList();
      if (distance == null) {
        throw InputException.of(
            "distance", "missing", OWNER, "be one of " + known, "add embedding.distance");
      }
      if (!known.contains(distance)) {
        throw InputException.unknown("distance", distance, OWNER, known);
      }
    }

    /** Returns the distance, typed. */
    public Distance metric() {
      return Distance.of(distance);
    }
  }
}
