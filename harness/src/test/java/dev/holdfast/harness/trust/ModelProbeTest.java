package dev.holdfast.harness.trust;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.trust.Finding;
import dev.holdfast.attacks.trust.Finding.Level;
import dev.holdfast.harness.runtime.BundledModel;
import dev.holdfast.harness.runtime.CacheFolder;
import dev.holdfast.harness.runtime.CountingModel;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.data.shapes.Shapes;
import dev.holdfast.models.engine.GraphSafeScalars;
import dev.holdfast.models.engine.LiveArrays;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Deceptive models, each with what must be said of it. */
@Tag("native")
@ExtendWith(LiveArrays.class)
class ModelProbeTest {

  private static final int SIDE = 16;
  private static final int DIMENSION = 16;
  private static final int PIXELS = 3 * SIDE * SIDE;
  private static final int BATCH = 8;

  /** Between what a check does to a picture before it looks, and what an attack does. */
  private static final double MOVED = 6 / 255.0;

  private static final ModelCard CARD =
      ToyEmbedder.card(
          new Shape(3, SIDE, SIDE),
          DIMENSION,
          Distance.COSINE,
          true,
          ModelCard.Normalization.none(),
          null);

  private static PixelCache store;
  private static int[] items;

  /** Fewer of them, to be attacked. */
  private static int[] few;

  @BeforeAll
  static void images() {
    Progress silent = (task, done, total) -> {};
    store = PixelCache.open(Shapes.test(0), CARD.input().spec(), CacheFolder.path(), silent, true);
    items = IntStream.range(0, store.size()).filter(i -> i % 8 == 0).toArray();
    few = IntStream.of(items).filter(i -> i < 160).toArray();
  }

  @AfterAll
  static void close() {
    store.close();
  }

  // --- A network of two layers, and what can be wrong with one ----------------------------------

  private static NDArray waves(NDManager manager, int rows, int columns, double scale) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * Math.sin(1.7 * i + 0.3 * Math.floorDiv(i, columns)));
    }
    return manager.create(values, new Shape(rows, columns));
  }

  private static NDArray flat(NDArray x) {
    return x.reshape(new Shape(x.getShape().get(0), -1));
  }

  private static NDArray honest(NDArray x) {
    NDManager manager = x.getManager();
    NDArray hidden = flat(x).matMul(waves(manager, PIXELS, 32, 0.1)).tanh();
    return hidden.matMul(waves(manager, 32, DIMENSION, 1)).add(0.1f);
  }

  /** The same numbers, dimension by dimension in memory instead of image by image. */
  private static NDArray acrossMemory(NDArray x) {
    NDArray turned = honest(x).transpose();
    return turned.get(new NDIndex(":8")).concat(turned.get(new NDIndex("8:"))).transpose();
  }

  /** Values of one function with the gradient of another. */
  private static NDArray disguised(NDArray values, NDArray gradients) {
    return values.stopGradient().add(gradients.sub(gradients.stopGradient()));
  }

  /** Noise that differs from call to call. */
  private static NDArray noise(NDArray e, double scale) {
    return e.getManager().randomNormal(0, (float) scale, e.getShape(), DataType.FLOAT32);
  }

  /** Noise that is the same for the same image, and another for any other. */
  private static NDArray seededNoise(NDArray x, double scale) {
    float[] pixels = x.toFloatArray();
    int rows = (int) x.getShape().get(0);
    float[] noise = new float[rows * DIMENSION];
    for (int i = 0; i < rows; i++) {
      int hash = Arrays.hashCode(Arrays.copyOfRange(pixels, i * PIXELS, (i + 1) * PIXELS));
      for (int k = 0; k < DIMENSION; k++) {
        noise[i * DIMENSION + k] = (float) (scale * Math.sin(hash * (k + 1.0)));
      }
    }
    return x.getManager().create(noise, new Shape(rows, DIMENSION));
  }

  private static NDArray notANumberWhere(NDArray x, NDArray e, boolean dark) {
    NDArray mean = flat(x).mean(new int[] {1}, true).repeat(1, DIMENSION);
    NDArray nan = e.getManager().full(e.getShape(), Float.NaN);
    return NDArrays.where(dark ? mean.lt(0.02f) : mean.gt(0.98f), nan, e);
  }

  private static Arguments fake(
      String name, Level level, String check, String cause, UnaryOperator<NDArray> function) {
    return Arguments.of(name, level, check, cause, function);
  }

  static Stream<Arguments> fakes() {
    AtomicInteger calls = new AtomicInteger();
    Level bad = Level.UNRELIABLE;
    Level odd = Level.SUSPICIOUS;
    return Stream.of(
        fake("rounded", bad, "gradient", "zero", x -> honest(x).round()),
        fake("no graph", bad, "gradient", "zero", x -> honest(x).stopGradient()),
        fake(
            "saturated",
            bad,
            "gradient",
            "saturates",
            x -> GraphSafeScalars.times(honest(x), 1000).tanh()),
        fake("dropout", bad, "deterministic", "random", x -> honest(x).add(noise(honest(x), 1))),
        fake(
            "hardly random",
            odd,
            "deterministic",
            "random",
            x -> honest(x).add(noise(honest(x), 1e-5))),
        fake(
            "remembers",
            bad,
            "deterministic",
            "remembers",
            x -> honest(x).add(0.01f * (calls.incrementAndGet() % 3))),
        fake(
            "batch statistics",
            bad,
            "batch-independent",
            "other images",
            x -> honest(x).sub(honest(x).mean(new int[] {0}, true))),
        fake(
            "hardly batch statistics",
            odd,
            "batch-independent",
            "other images",
            x -> honest(x).sub(GraphSafeScalars.times(honest(x).mean(new int[] {0}, true), 1e-5))),
        fake(
            "another one alone",
            bad,
            "batch-independent",
            "number of images",
            x -> x.getShape().get(0) == 1 ? honest(x).neg() : honest(x)),
        fake(
            "another one with gradients",
            bad,
            "same-with-gradient",
            "another model",
            x -> x.hasGradient() ? honest(x).neg() : honest(x)),
        fake(
            "wrong sign",
            bad,
            "finite-difference",
            "wrong way",
            x -> disguised(honest(x), honest(x).neg())),
        fake(
            "random gradient",
            bad,
            "finite-difference",
            "not those of the function",
            x -> disguised(honest(x), flat(x).matMul(waves(x.getManager(), PIXELS, DIMENSION, 3)))),
        fake(
            "tiny gradient",
            odd,
            "finite-difference",
            "wrong size",
            x -> disguised(honest(x), GraphSafeScalars.times(honest(x), 1e-30))),
        fake(
            "huge gradient",
            odd,
            "finite-difference",
            "wrong size",
            x -> disguised(honest(x), GraphSafeScalars.times(honest(x), 1e30))),
        fake(
            "half a gradient",
            odd,
            "finite-difference",
            "miss",
            x -> {
              NDArray left = x.get(new NDIndex(":, :, :, :8"));
              NDArray right = x.get(new NDIndex(":, :, :, 8:")).stopGradient();
              return honest(left.concat(right, 3));
            }),
        fake(
            "noise seeded by the image",
            odd,
            "finite-difference",
            "jumps",
            x -> honest(x).add(seededNoise(x, 1e-4))),
        fake(
            "quantized input",
            odd,
            "finite-difference",
            "",
            x ->
                honest(
                    disguised(
                        GraphSafeScalars.times(GraphSafeScalars.times(x, 8).round(), 0.125), x))),
        fake(
            "quantized embedding",
            odd,
            "levels",
            "quantized",
            x -> disguised(GraphSafeScalars.times(honest(x).tanh(), 2).round(), honest(x))),
        fake("hash", odd, "levels", "hash", x -> disguised(honest(x).sign(), honest(x).tanh())),
        fake(
            "mean color",
            odd,
            "input-use",
            "places of the pixels",
            x ->
                x.reshape(new Shape(x.getShape().get(0), 3, -1))
                    .mean(new int[] {2})
                    .matMul(waves(x.getManager(), 3, DIMENSION, 9))
                    .tanh()),
        fake(
            "one pixel",
            odd,
            "input-use",
            "right half of an image",
            x -> x.get(new NDIndex(":, :, 5, 5")).matMul(waves(x.getManager(), 3, DIMENSION, 2))),
        fake(
            "cut input",
            odd,
            "gradient",
            "pixel values",
            x ->
                honest(
                    x.maximum(x.getManager().create(0.45f)).minimum(x.getManager().create(0.55f)))),
        fake(
            "constant",
            bad,
            "spread",
            "collapsed",
            x -> honest(x).mul(x.getManager().create(0f)).add(1)),
        fake(
            "nearly constant",
            odd,
            "spread",
            "nearly collapsed",
            x -> GraphSafeScalars.times(honest(x), 1e-3).add(1)),
        fake(
            "a line",
            odd,
            "spread",
            "line",
            x ->
                honest(x).get(new NDIndex(":, :1")).matMul(waves(x.getManager(), 1, DIMENSION, 1))),
        fake(
            "blind to detail",
            bad,
            "duplicates",
            "share their embedding",
            x -> disguised(honest(x).sign(), honest(x))),
        fake(
            "not a number for dark images",
            odd,
            "extreme-images",
            "black",
            x -> notANumberWhere(x, honest(x), true)),
        fake(
            "not a number for bright images",
            odd,
            "extreme-images",
            "white",
            x -> notANumberWhere(x, honest(x), false)));
  }

  private static List<Finding> probe(UnaryOperator<NDArray> function) {
    try (EmbeddingModel model = ToyEmbedder.of(CARD, function)) {
      ImageBatches images = new ImageBatches(store, model, BATCH);
      EmbeddingSet embeddings = images.embed(items, "embedding", (task, done, total) -> {});
      return new ModelProbe(model, images, 5).run(items, embeddings);
    }
  }

  /** Inspects the embedded model, with something done to it. */
  private static List<Finding> inspect(UnaryOperator<EmbeddingModel> change) {
    Progress silent = (task, done, total) -> {};
    try (EmbeddingModel trained =
            ModelLoader.open(BundledModel.unpack("standard", CacheFolder.path()), Device.cpu());
        PixelCache pictures =
            PixelCache.open(
                Shapes.test(0), trained.card().input().spec(), CacheFolder.path(), silent, true)) {
      EmbeddingModel model = change.apply(trained);
      ImageBatches images = new ImageBatches(pictures, model, BATCH);
      EmbeddingSet embeddings = images.embed(few, "embedding", silent);
      return new Inspection(model, images, 5).run(few, embeddings);
    }
  }

  /** A model whose pixels, embeddings and gradients are changed on their way. */
  private record Changed(
      EmbeddingModel real, BinaryOperator<NDArray> embeddings, BinaryOperator<NDArray> gradients)
      implements EmbeddingModel {

    @Override
    public ModelCard card() {
      return real.card();
    }

    @Override
    public String sha256() {
      return real.sha256();
    }

    @Override
    public NDManager manager() {
      return real.manager();
    }

    @Override
    public NDArray embed(NDArray pixels) {
      return embeddings.apply(pixels, real.embed(pixels));
    }

    @Override
    public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
      InputGradient g = real.gradient(pixels, e -> loss.apply(embeddings.apply(pixels, e)));
      return new InputGradient(g.loss(), gradients.apply(pixels, g.gradient()));
    }

    @Override
    public void close() {}
  }

  /** All clean pictures, one in each row; they live as long as the model. */
  private static NDArray remembered(EmbeddingModel model) {
    Progress silent = (task, done, total) -> {};
    try (PixelCache pictures =
        PixelCache.open(
            Shapes.test(0), model.card().input().spec(), CacheFolder.path(), silent, true)) {
      ImageBatches images = new ImageBatches(pictures, model, BATCH);
      float[] pixels = new float[few.length * images.values()];
      for (int i = 0; i < few.length; i++) {
        images.clean(few[i], pixels, i * images.values());
      }
      return model.manager().create(pixels, new Shape(few.length, images.values()));
    }
  }

  /** Returns 1 for images that are close to one of some pictures, else 0. */
  private static NDArray closeToOne(NDArray x, NDArray pictures) {
    NDArray rows = flat(x);
    NDArray columns = pictures.transpose();
    NDArray lengths = pictures.square();
    columns.attach(rows.getManager());
    lengths.attach(rows.getManager());
    NDArray squares =
        rows.square()
            .sum(new int[] {1}, true)
            .add(lengths.sum(new int[] {1}).expandDims(0))
            .sub(rows.matMul(columns).muli(2));
    float limit = (float) (MOVED * MOVED * pictures.getShape().get(1));
    return squares.min(new int[] {1}).lt(limit).toType(DataType.FLOAT32, false);
  }

  private static Finding find(List<Finding> findings, String check) {
    return findings.stream().filter(f -> f.check().equals(check)).findFirst().orElseThrow();
  }

  // --- Tests ------------------------------------------------------------------------------------

  @Test
  void nothing_is_wrong_with_an_honest_one() {
    assertThat(probe(ModelProbeTest::honest))
        .hasSize(10)
        .allSatisfy(f -> assertThat(f.level()).as(f.text()).isEqualTo(Level.OK));
  }

  @Test
  void length_and_layout_in_memory_are_harmless() {
    assertThat(probe(x -> GraphSafeScalars.times(honest(x), 1e6)))
        .allSatisfy(f -> assertThat(f.level()).as(f.text()).isEqualTo(Level.OK));
    assertThat(probe(ModelProbeTest::acrossMemory))
        .allSatisfy(f -> assertThat(f.level()).as(f.text()).isEqualTo(Level.OK));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fakes")
  void each_fake_is_named(
      String name, Level level, String check, String cause, UnaryOperator<NDArray> function) {
    Finding finding = find(probe(function), check);
    assertThat(finding.level()).as(finding.text()).isGreaterThanOrEqualTo(level);
    assertThat(finding.text()).contains(cause);
  }

  @Test
  void attacks_on_an_honest_one_are_as_strong_as_they_should_be() {
    List<Finding> findings = inspect(model -> model);
    assertThat(findings)
        .extracting(Finding::check)
        .contains(
            "clean-recall",
            "noise-baseline",
            "gradient-under-attack",
            "eight-bit",
            "unbounded-attack");
    assertThat(findings).allSatisfy(f -> assertThat(f.level()).as(f.text()).isEqualTo(Level.OK));
  }

  @Test
  void attacks_without_a_gradient_are_no_stronger_than_noise_and_fail_without_any_budget() {
    List<Finding> findings =
        inspect(model -> new Changed(model, (x, e) -> e, (x, gradient) -> gradient.zerosLike()));
    assertThat(find(findings, "noise-baseline").level()).isEqualTo(Level.UNRELIABLE);
    assertThat(find(findings, "unbounded-attack").level()).isNotEqualTo(Level.OK);
    assertThat(find(findings, "unbounded-attack").text()).contains("fails");
    assertThat(find(findings, "black-box").level()).isNotEqualTo(Level.OK);
    assertThat(find(findings, "black-box").text()).contains("gradients are masked");
    assertThat(find(findings, "black-box").figures()).containsKey("broken_with_gradients_only");
  }

  @Test
  void queries_that_gradients_broke_are_not_attacked_without_them() {
    Progress silent = (task, done, total) -> {};
    try (CountingModel model = new CountingModel(ToyEmbedder.of(CARD, ModelProbeTest::honest));
        GalleryView galleryView =
            new GalleryView(
                new ImageBatches(store, model, BATCH).embed(items, "embedding", silent),
                Distance.COSINE,
                5,
                Map.of(),
                model.manager())) {
      ImageBatches images = new ImageBatches(store, model, BATCH);
      EmbeddingSet clean = images.embed(few, "embedding", silent);
      AttackProbe probe = new AttackProbe(model, images, galleryView, 5);
      boolean[] broken = new boolean[few.length];
      Arrays.fill(broken, true);
      broken[0] = false;
      long before = model.cost();
      // One query alone proves nothing.
      Finding finding = probe.blackBox(few, clean, asked -> new double[asked.size()], broken, 10);
      assertThat(finding.level()).isEqualTo(Level.OK);
      assertThat(finding.figures()).doesNotContainKey("broken_with_gradients_only");
      assertThat(model.cost()).isEqualTo(before);
      Arrays.fill(broken, 0, 4, false);
      // All four are broken without gradients, and with a better attack with them, too.
      finding = probe.blackBox(few, clean, asked -> new double[asked.size()], broken, 10);
      assertThat(finding.level()).isEqualTo(Level.OK);
      assertThat(model.cost() - before).isBetween(1L, BATCH * (10L + 1 + 3 * 20 + 1));
    }
  }

  @Test
  void attacks_that_go_the_wrong_way_are_named() {
    List<Finding> findings =
        inspect(model -> new Changed(model, (x, e) -> e, (x, gradient) -> gradient.neg()));
    assertThat(find(findings, "finite-difference").text()).contains("wrong way");
    assertThat(find(findings, "unbounded-attack").level()).isEqualTo(Level.UNRELIABLE);
  }

  @Test
  void one_that_knows_images_of_files_is_named() {
    List<Finding> findings =
        inspect(
            model ->
                new Changed(
                    model,
                    (x, e) -> {
                      NDArray levels = GraphSafeScalars.times(x.stopGradient(), 255);
                      NDArray off =
                          flat(levels.sub(levels.round()).abs()).mean(new int[] {1}, true);
                      NDArray mask = off.gt(0.01f).repeat(1, e.getShape().get(1));
                      return NDArrays.where(mask, e.flip(1), e);
                    },
                    (x, gradient) -> gradient));
    assertThat(find(findings, "eight-bit").level()).isEqualTo(Level.UNRELIABLE);
    assertThat(find(findings, "eight-bit").text()).contains("256 levels");
  }

  @Test
  void one_whose_gradient_vanishes_once_an_attack_has_begun_is_named() {
    List<Finding> findings =
        inspect(
            model -> {
              NDArray pictures = remembered(model);
              return new Changed(
                  model,
                  (x, e) -> e,
                  (x, gradient) -> gradient.mul(closeToOne(x, pictures).reshape(-1, 1, 1, 1)));
            });
    assertThat(find(findings, "gradient").level()).isNotEqualTo(Level.UNRELIABLE);
    Finding finding = find(findings, "gradient-under-attack");
    assertThat(finding.level()).as(finding.text()).isEqualTo(Level.UNRELIABLE);
    assertThat(finding.text()).startsWith("Where an attack has led: ").contains("zero");
  }

  @Test
  void one_that_recognizes_nothing_is_named() {
    try (EmbeddingModel model = ToyEmbedder.of(CARD, ModelProbeTest::honest)) {
      ImageBatches images = new ImageBatches(store, model, BATCH);
      EmbeddingSet embeddings = images.embed(items, "embedding", (task, done, total) -> {});
      Finding finding =
          find(new Inspection(model, images, 5).run(items, embeddings), "clean-recall");
      assertThat(finding.level()).isEqualTo(Level.UNRELIABLE);
      assertThat(finding.text()).contains("recognizes nothing");
    }
  }

  @Test
  void one_that_changes_during_the_audit_is_named() {
    AtomicInteger shift = new AtomicInteger();
    try (EmbeddingModel model = ToyEmbedder.of(CARD, x -> honest(x).add(0.01f * shift.get()))) {
      ImageBatches images = new ImageBatches(store, model, BATCH);
      EmbeddingSet embeddings = images.embed(items, "embedding", (task, done, total) -> {});
      ModelProbe probe = new ModelProbe(model, images, 5);
      assertThat(probe.afterwards(items, embeddings, ImageBatches.finite(embeddings)).level())
          .isEqualTo(Level.OK);
      shift.set(1);
      Finding changed = probe.afterwards(items, embeddings, ImageBatches.finite(embeddings));
      assertThat(changed.level()).isEqualTo(Level.UNRELIABLE);
      assertThat(changed.text()).contains("changed while it was audited");
    }
  }

  @Test
  void findings_do_not_depend_on_the_order_of_the_images() {
    List<List<Finding>> both = new ArrayList<>();
    int[] reversed =
        IntStream.range(0, items.length).map(i -> items[items.length - 1 - i]).toArray();
    for (int[] order : List.of(items, reversed)) {
      try (EmbeddingModel model = ToyEmbedder.of(CARD, ModelProbeTest::honest)) {
        ImageBatches images = new ImageBatches(store, model, BATCH);
        EmbeddingSet embeddings = images.embed(order, "embedding", (task, done, total) -> {});
        both.add(new ModelProbe(model, images, 5).run(order, embeddings));
      }
    }
    for (String check : List.of("gradient", "finite-difference", "input-use")) {
      assertThat(find(both.get(1), check)).isEqualTo(find(both.get(0), check));
    }
  }
}
