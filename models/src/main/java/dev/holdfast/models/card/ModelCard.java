package dev.holdfast.models.card;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.backbone.Backbone;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.Framing;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
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

  private static final int LEVELS = 255;

  /** More than any network needs to make pixels in [0,1] smaller; a std in levels is larger. */
  private static final double LARGEST_STD = 10;

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
    checkUnits(normalization, input.scale());
  }

  /**
   * Nothing tells 123.675 for pixels in [0,1] from a number that was meant, but that no mean of
   * pixels is outside of what pixels can be.
   */
  private static void checkUnits(Normalization normalization, int scale) {
    List<Double> mean = normalization.mean();
    List<Double> std = normalization.std();
    if (mean.stream().anyMatch(m -> m < 0 || m > scale)) {
      boolean levels = scale == 1 && mean.stream().allMatch(m -> m >= 0 && m <= LEVELS);
      throw InputException.of(
          "mean",
          mean,
          OWNER,
          "be a mean of pixels, which lie between 0 and " + scale,
          levels
              ? "the network wants pixels from 0 to 255: add pixels: 0..255 to the input, or divide mean and std by 255"
              : "a sign or a point is wrong");
    }
    if (scale == 1 && std.stream().anyMatch(s -> s > LARGEST_STD)) {
      throw InputException.of(
          "std",
          std,
          OWNER,
          "be in the unit of pixels, which lie between 0 and 1",
          "the network wants pixels from 0 to 255: add pixels: 0..255 to the input, or divide mean and std by 255");
    }
    if (scale > 1
        && mean.stream().anyMatch(m -> m > 0)
        && mean.stream().allMatch(m -> m <= 1)
        && std.stream().allMatch(s -> s <= 1)) {
      throw InputException.of(
          "mean",
          mean,
          OWNER,
          "be in the unit of pixels, which are said to lie between 0 and " + scale,
          "they are for pixels between 0 and 1: delete pixels: 0..255, or multiply mean and std by 255");
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
    map.put("input", input.toMap());
    map.put("normalization", normalization.toValue());
    Map<String, Object> embeddingMap = new LinkedHashMap<>();
    embeddingMap.put("dimension", embedding.dimension());
    embeddingMap.put("normalize", embedding.normalize());
    embeddingMap.put("distance", embedding.distance());
    map.put("embedding", embeddingMap);
    return Collections.unmodifiableMap(map);
  }

  /**
   * What images look like when the model gets them. Without {@code resize} sizes and without {@code
   * letterbox}, the short side is resized and the center is cut out.
   *
   * @param height rows
   * @param width columns
   * @param color {@code rgb} (default), {@code bgr} or {@code gray}
   * @param resize both sides, or the filter
   * @param interpolation the filter, if {@code resize} does not say it; default {@code bilinear}
   * @param antialias default true; false for what {@code torch.nn.functional.interpolate} and
   *     OpenCV do when they shrink an image; null for the default
   * @param resizeShortSide default: the larger of height and width; null where both sides or a
   *     letterbox are said
   * @param letterbox red, green and blue of what surrounds the whole image; null for none
   * @param crop {@code center}, the default, or {@code none} where nothing is left to crop
   * @param pixels {@code 0..1}, the default, or {@code 0..255}: what pixels are before they are
   *     normalized; null for the default
   */
  public record Input(
      Integer height,
      Integer width,
      String color,
      Resize resize,
      @JsonInclude(JsonInclude.Include.NON_NULL) String interpolation,
      @JsonInclude(JsonInclude.Include.NON_NULL) Boolean antialias,
      @JsonInclude(JsonInclude.Include.NON_NULL) Integer resizeShortSide,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<Integer> letterbox,
      String crop,
      @JsonInclude(JsonInclude.Include.NON_NULL) String pixels) {

    private static final String CENTER = "center";
    private static final String NONE = "none";
    private static final List<String> PIXELS = List.of("0..1", "0..255");

    /** Puts the defaults in and checks the values. */
    public Input {
      height = height == null ? 0 : height;
      width = width == null ? 0 : width;
      color = color == null ? ColorMode.RGB.id() : color;
      boolean sides = resize != null && resize.height() != null;
      if (sides && letterbox != null) {
        throw twice("letterbox", letterbox, "resize gives both sides");
      }
      if ((sides || letterbox != null) && resizeShortSide != null) {
        throw twice(
            "resize_short_side",
            resizeShortSide,
            sides ? "resize gives both sides" : "there is a letterbox");
      }
      if (interpolation != null && resize != null && resize.filter() != null) {
        throw twice("interpolation", interpolation, "resize names the filter");
      }
      if (resize == null && interpolation == null && letterbox == null) {
        resize = new Resize(null, null, ResizeFilter.BILINEAR.id());
      }
      if (resizeShortSide == null && !sides && letterbox == null) {
        resizeShortSide = Math.max(height, width);
      }
      boolean whole =
          letterbox != null
              || (sides && resize.height().equals(height) && resize.width().equals(width));
      crop = crop == null ? (whole ? NONE : CENTER) : crop;
      if (!crop.equals(CENTER) && !crop.equals(NONE)) {
        throw InputException.of("crop", crop, OWNER, "be center or none", "set crop: center");
      }
      if (crop.equals(NONE) && !whole) {
        throw InputException.of(
            "crop",
            crop,
            OWNER,
            "be center, because images of other shapes do not fit the model input otherwise",
            "both sides are resized: write resize: {height: %d, width: %d}"
                .formatted(height, width));
      }
      if (crop.equals(CENTER) && letterbox != null) {
        throw InputException.of(
            "crop", crop, OWNER, "be none with a letterbox", "delete one of the two");
      }
      if (pixels != null && !PIXELS.contains(pixels)) {
        throw InputException.unknown("pixels", pixels, OWNER, PIXELS);
      }
      if (PIXELS.get(0).equals(pixels)) {
        pixels = null;
      }
      antialias = Boolean.FALSE.equals(antialias) ? antialias : null;
      spec(height, width, color, resize, interpolation, antialias, resizeShortSide, letterbox);
    }

    /** Short side and center crop, the usual; null for a default. */
    public Input(
        Integer height,
        Integer width,
        String color,
        String filter,
        Integer resizeShortSide,
        String crop) {
      this(
          height,
          width,
          color,
          filter == null ? null : Resize.of(filter),
          null,
          null,
          resizeShortSide,
          null,
          crop,
          null);
    }

    private static InputException twice(String key, Object value, String why) {
      return InputException.of(
          key, value, OWNER, "be left out where " + why, "delete one of the two");
    }

    private static InputSpec spec(
        int height,
        int width,
        String color,
        Resize resize,
        String interpolation,
        Boolean antialias,
        Integer shortSide,
        List<Integer> letterbox) {
      String filter =
          interpolation != null || resize == null || resize.filter() == null
              ? interpolation
              : resize.filter();
      Framing framing =
          letterbox != null
              ? new Framing.Letterbox(letterbox)
              : shortSide != null
                  ? new Framing.ShortSide(shortSide)
                  : new Framing.BothSides(resize.height(), resize.width());
      return new InputSpec(
          height,
          width,
          ColorMode.of(color),
          filter == null ? ResizeFilter.BILINEAR : ResizeFilter.of(filter),
          antialias == null,
          framing);
    }

    /** Returns the same, typed. */
    public InputSpec spec() {
      return spec(
          height, width, color, resize, interpolation, antialias, resizeShortSide, letterbox);
    }

    /** Returns what pixels in [0,1] are multiplied by before they are normalized: 1 or 255. */
    public int scale() {
      return pixels == null ? 1 : LEVELS;
    }

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("height", height);
      map.put("width", width);
      map.put("color", color);
      if (resize != null) {
        map.put("resize", resize.toValue());
      }
      putIfThere(map, "interpolation", interpolation);
      putIfThere(map, "antialias", antialias);
      putIfThere(map, "resize_short_side", resizeShortSide);
      putIfThere(map, "letterbox", letterbox);
      map.put("crop", crop);
      putIfThere(map, "pixels", pixels);
      return map;
    }

    private static void putIfThere(Map<String, Object> map, String key, Object value) {
      if (value != null) {
        map.put(key, value);
      }
    }
  }

  /**
   * Both sides after the resize, or the filter alone.
   *
   * @param height rows, null for a filter
   * @param width columns, null for a filter
   * @param filter the id of a filter, null for sizes
   */
  public record Resize(Integer height, Integer width, String filter) {

    /** Checks that it is one of the two. */
    public Resize {
      if ((height == null) != (width == null)) {
        throw InputException.of(
            "resize",
            "one side",
            OWNER,
            "have both sides",
            "the ratio is to be kept: write resize_short_side in place of resize");
      }
      if (height != null && filter != null) {
        throw InputException.of(
            "filter",
            filter,
            "resize of the model card",
            "be left out beside sizes",
            "write interpolation: %s beside resize".formatted(filter));
      }
      if (height == null && filter == null) {
        throw InputException.of(
            "resize",
            "empty",
            OWNER,
            "be sizes or a filter",
            "write {height: 64, width: 32}, or bilinear");
      }
    }

    /** Reads a filter. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Resize of(String filter) {
      return new Resize(null, null, filter);
    }

    /** Refuses a number, which might be either side, or the short one. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    @SuppressWarnings("DoNotCallSuggester")
    public static Resize of(Integer side) {
      throw InputException.of(
          "resize",
          side,
          OWNER,
          "be sizes or a filter",
          "write resize_short_side: %d, or resize: {height: %d, width: %d}"
              .formatted(side, side, side));
    }

    @JsonValue
    Object toValue() {
      if (filter != null) {
        return filter;
      }
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("height", height);
      map.put("width", width);
      return map;
    }
  }

  /**
   * {@code (x - mean) / std} per channel, in the order of the card's color.
   *
   * @param mean one number per channel, in the unit of the card's pixels; empty for none
   * @param std one positive number per channel, in the same unit; empty for none
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
   * @param distance {@code euclidean}, {@code cosine} or {@code dot}
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
