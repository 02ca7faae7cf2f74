package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.gradient.ApgdSteps;
import dev.holdfast.attacks.gradient.SlotScheduler;
import dev.holdfast.attacks.objective.BatchObjective;
import dev.holdfast.attacks.objective.EmbeddingShift;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.SingleTarget;
import dev.holdfast.attacks.projection.Ball;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.task.Perturbed;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ModelLoader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Embeddings, input gradients and attacks against the figures of other programs. Reads the folder
 * {@code attacks} below the one named by {@code holdfast.golden}.
 */
@Tag("golden")
@Tag("native")
class AttackGoldenTest {

  /** The mean and standard deviation of ImageNet, which the networks "norm" have inside. */
  private static final String IMAGENET =
      "{mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}";

  private static final String NONE = "none";

  /** Prefix of the arrays, file of the network and normalization of its card. */
  private record Candidate(String prefix, String file, String normalization) {
    /** The other files hold the same two functions; a hundred steps are taken once with each. */
    boolean everyRun() {
      return file.equals("net_norm.pt") || (file.equals("net.pt") && normalization.equals(NONE));
    }

    @Override
    public String toString() {
      return prefix + " from " + file + (normalization.equals(NONE) ? "" : " behind its card");
    }
  }

  private static final List<Candidate> CANDIDATES =
      List.of(
          new Candidate("net", "net.pt", NONE),
          new Candidate("net", "net_scripted.pt", NONE),
          new Candidate("norm", "net_norm.pt", NONE),
          new Candidate("norm", "net.pt", IMAGENET),
          new Candidate("norm", "net_scripted.pt", IMAGENET));

  /** Gradient arrays that are known, and the tolerance in parts of the largest value. */
  private static final Map<String, Double> GRADIENTS =
      Map.of(
          "es_euclid_at_es_start", 5e-4,
          "es_sqeuclid_at_es_start", 5e-4,
          "targeted_euclid_at_images", 2e-5,
          "triplet_diff_at_images", 2e-5,
          "cosine_to_target_at_images", 2e-5);

  private static final Set<String> ATTACKS = Set.of("fgsm", "pgd_linf", "pgd_l2", "mifgsm_meanabs");

  /** Of APGD: an image that was found, and the losses on the way; another way is as good. */
  private static final String APGD = "apgd_(targeted|margin)\\.(x_best|loss_history)";

  private static final String FAST_RUN = "apgd_targeted_random_start";

  private static final Pattern APGD_RUN =
      Pattern.compile("apgd_(targeted|margin)_(random|clean)_start");

  /** What the attacks start from and aim at. */
  private static final Set<String> INPUTS =
      Set.of("images", "es_start", "apgd_start", "targets", "negatives");

  @TempDir private static Path cards;

  private static Path folder;
  private static JsonNode expected;
  private static NDManager manager;
  private static final Map<String, NDArray> arrays = new TreeMap<>();

  @BeforeAll
  static void read() throws Exception {
    String root = System.getProperty("holdfast.golden", "");
    folder =
        root.isEmpty()
            ? Path.of(AttackGoldenTest.class.getResource("/golden/attacks").toURI())
            : Path.of(root, "attacks");
    expected = JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve("expected.json")));
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    try (InputStream in = Files.newInputStream(folder.resolve("attacks.npz"))) {
      for (NDArray array : NDList.decode(manager, in)) {
        arrays.put(array.getName(), array);
        // Names with a dot mean something else to the engine.
        array.setName(null);
      }
    }
  }

  @AfterAll
  static void close() {
    arrays.clear();
    manager.close();
  }

  private static EmbeddingModel open(Candidate candidate) throws IOException {
    Shape images = arrays.get("images").getShape();
    Path card = Files.createTempFile(cards, candidate.prefix(), ".yaml");
    Files.writeString(
        card,
        """
        schema: 1
        name: golden
        weights: '%s'
        input: {height: %d, width: %d}
        normalization: %s
        embedding: {dimension: %d, normalize: false, distance: euclidean}
        """
            .formatted(
                folder.resolve(candidate.file()).toAbsolutePath(),
                images.get(2),
                images.get(3),
                candidate.normalization(),
                array(candidate, "embeddings").getShape().get(1)));
    return ModelLoader.open(card, Device.cpu());
  }

  private static NDArray array(Candidate candidate, String name) {
    return arrays.get(candidate.prefix() + "." + name);
  }

  @Test
  void every_array_of_the_file_is_known() {
    Set<String> unknown = new TreeSet<>();
    for (String name : arrays.keySet()) {
      String bare = name.replaceFirst("^(net|norm)\\.", "");
      boolean known =
          bare.equals("embeddings")
              || INPUTS.contains(bare)
              || (bare.startsWith("grad.") && GRADIENTS.containsKey(bare.substring(5)))
              || (bare.startsWith("adv.") && ATTACKS.contains(bare.substring(4)))
              || bare.matches(APGD);
      if (!known) {
        unknown.add(name);
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(arrays).containsKeys("images", "net.embeddings", "norm.embeddings");
  }

  @TestFactory
  Stream<DynamicTest> every_candidate_gives_the_golden_arrays() {
    return CANDIDATES.stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> compare(c)));
  }

  private static void compare(Candidate candidate) throws IOException {
    try (EmbeddingModel model = open(candidate);
        NDManager own = model.manager().newSubManager()) {
      NDArray images = arrays.get("images").duplicate();
      images.attach(own);
      float[] before = model.embed(images).toFloatArray();
      assertThat(largestDifference(before, array(candidate, "embeddings").toFloatArray()))
          .as("embeddings")
          .isLessThanOrEqualTo(2e-6);
      List<String> compared = new ArrayList<>(List.of("embeddings"));

      try (GalleryView galleryView = galleryView(candidate, own)) {
        for (String name : GRADIENTS.keySet()) {
          if (array(candidate, "grad." + name) != null) {
            gradient(candidate, name, model, galleryView, own);
            compared.add("grad." + name);
          }
        }
        for (String name : ATTACKS) {
          if (values(candidate).has(name)) {
            attack(candidate, name, model, galleryView, images, own);
          }
          if (array(candidate, "adv." + name) != null) {
            compared.add("adv." + name);
          }
        }
        int runs = 0;
        for (String name : values(candidate).propertyNames()) {
          Matcher run = APGD_RUN.matcher(name);
          if (!run.matches()) {
            continue;
          }
          runs++;
          if (candidate.everyRun() || name.equals(FAST_RUN)) {
            apgd(candidate, run.group(1), run.group(2), model, galleryView, images, own);
          }
        }
        assertThat(runs)
            .as("runs of APGD")
            .isEqualTo(
                values(candidate).propertyNames().stream()
                    .filter(n -> n.startsWith("apgd"))
                    .count());
        AttackTask longer = task(candidate, model, galleryView, images, Norm.LINF, 0.1);
        for (Perturbed perturbed : Attacking.run(new Pgd(50, "1/255", true), longer).each()) {
          assertThat(perturbed.steps()).isEqualTo(50);
        }
      }
      assertThat(model.embed(images).toFloatArray())
          .as("embeddings behind every attack, bit for bit")
          .isEqualTo(before);

      long inFile =
          arrays.keySet().stream()
              .filter(n -> n.startsWith(candidate.prefix() + "."))
              .map(n -> n.substring(candidate.prefix().length() + 1))
              .filter(n -> !INPUTS.contains(n) && !n.matches(APGD))
              .count();
      assertThat(compared).hasSize(Math.toIntExact(inFile)).hasSizeGreaterThan(1);
    }
  }

  // --- Gradients --------------------------------------------------------------------------------

  private static void gradient(
      Candidate candidate,
      String name,
      EmbeddingModel model,
      GalleryView galleryView,
      NDManager own) {
    NDArray at = arrays.get(name.substring(name.indexOf("_at_") + 4)).duplicate();
    at.attach(own);
    BatchObjective loss = loss(candidate, name, galleryView, own);
    InputGradient result = model.gradient(at, loss::loss);
    float[] actual = result.gradient().toFloatArray();
    float[] golden = array(candidate, "grad." + name).toFloatArray();
    int samples = Math.toIntExact(at.getShape().get(0));
    int length = golden.length / samples;
    for (int i = 0; i < samples; i++) {
      double largest = 0;
      double difference = 0;
      for (int p = i * length; p < (i + 1) * length; p++) {
        largest = Math.max(largest, Math.abs(golden[p]));
        difference = Math.max(difference, Math.abs((double) actual[p] - golden[p]));
      }
      assertThat(difference / largest)
          .as("gradient %s of sample %d", name, i)
          .isLessThanOrEqualTo(GRADIENTS.get(name));
    }
    JsonNode losses = expected.get("values").get(candidate.prefix()).get(name).get("loss");
    assertThat(losses.size()).isEqualTo(samples);
    for (int i = 0; i < samples; i++) {
      assertThat((double) result.loss().toFloatArray()[i])
          .as("loss %s of sample %d", name, i)
          .isCloseTo(losses.get(i).asDouble(), within(5e-6));
    }
  }

  private static BatchObjective loss(
      Candidate candidate, String name, GalleryView galleryView, NDManager own) {
    EmbeddingSet clean = clean(candidate);
    NDArray targets = array(candidate, "targets");
    NDArray negatives = array(candidate, "negatives");
    int rows = clean.size();
    return switch (name) {
      case "es_euclid_at_es_start" -> new EmbeddingShift().bind(galleryView, clean, rows, own);
      case "targeted_euclid_at_images" -> new SingleTarget().bind(galleryView, clean, rows, own);
      case "es_sqeuclid_at_es_start" ->
          e -> e.sub(array(candidate, "embeddings")).square().sum(new int[] {1});
      case "cosine_to_target_at_images" -> e -> e.mul(targets).sum(new int[] {1});
      case "triplet_diff_at_images" -> e -> distance(e, targets).sub(distance(e, negatives));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static NDArray distance(NDArray a, NDArray b) {
    return a.sub(b).square().sum(new int[] {1}).sqrt();
  }

  private static JsonNode values(Candidate candidate) {
    return expected.get("values").get(candidate.prefix());
  }

  // --- Attacks ----------------------------------------------------------------------------------

  private static void attack(
      Candidate candidate,
      String name,
      EmbeddingModel model,
      GalleryView galleryView,
      NDArray images,
      NDManager own) {
    Norm norm = name.endsWith("l2") ? Norm.L2 : Norm.LINF;
    JsonNode params = expected.get("params");
    double epsilon = params.get("eps_" + norm.id()).asDouble();
    int steps = params.get("steps").asInt();
    String length = new BigDecimal(params.get("alpha_" + norm.id()).asString()).toPlainString();
    Attack attack =
        switch (name) {
          case "fgsm" -> new Fgsm();
          case "mifgsm_meanabs" -> new MiFgsm(steps, length, params.get("mifgsm_mu").asDouble());
          default -> new Pgd(steps, length, false);
        };
    AttackTask task = task(candidate, model, galleryView, images, norm, epsilon);
    NDArray adversarial = Attacking.run(attack, task).batch(task, own);
    float[] actual = adversarial.toFloatArray();
    if (array(candidate, "adv." + name) != null) {
      float[] golden = array(candidate, "adv." + name).toFloatArray();
      assertThat(actual).hasSameSizeAs(golden);
      int different = 0;
      for (int p = 0; p < golden.length; p++) {
        different += Math.abs((double) actual[p] - golden[p]) <= 1e-5 ? 0 : 1;
      }
      assertThat((double) different / golden.length)
          .as("pixels of %s that differ", name)
          .isLessThanOrEqualTo(0.01);
    }

    float[] embeddings = model.embed(adversarial).toFloatArray();
    float[] targets = array(candidate, "targets").toFloatArray();
    JsonNode distances =
        expected
            .get("values")
            .get(candidate.prefix())
            .get(name)
            .get("distance_to_target_float64_run");
    int samples = distances.size();
    assertThat((long) samples).isEqualTo(images.getShape().get(0));
    int dimension = embeddings.length / samples;
    for (int i = 0; i < samples; i++) {
      double squares = 0;
      for (int d = i * dimension; d < (i + 1) * dimension; d++) {
        squares += ((double) embeddings[d] - targets[d]) * ((double) embeddings[d] - targets[d]);
      }
      assertThat(Math.sqrt(squares))
          .as("distance of sample %d to its target behind %s", i, name)
          .isCloseTo(distances.get(i).asDouble(), within(1e-3));
    }
  }

  /**
   * Compares the best loss of each sample with that of AutoAttack's loop from the same start.
   * Single samples may end elsewhere, because a sign flips at a kink.
   */
  private static void apgd(
      Candidate candidate,
      String loss,
      String start,
      EmbeddingModel model,
      GalleryView galleryView,
      NDArray images,
      NDManager own) {
    NDArray targets = array(candidate, "targets");
    NDArray negatives = array(candidate, "negatives");
    BatchObjective objective =
        loss.equals("targeted")
            ? e -> distance(e, targets).neg()
            : e -> distance(e, targets).sub(distance(e, negatives));
    int samples = Math.toIntExact(images.getShape().get(0));
    double epsilon = expected.get("params").get("eps_linf").asDouble();
    AttackTask task =
        Attacking.with(
            task(candidate, model, galleryView, images, Norm.LINF, epsilon),
            Attacking.aim(samples, objective));
    float[] clean = images.toFloatArray();
    float[] from = start.equals("random") ? arrays.get("apgd_start").toFloatArray() : clean;
    ApgdSteps rule =
        new ApgdSteps(apgdSteps(), 0.75, false, 1) {
          @Override
          public void start(
              SlotScheduler slots, int slot, Ball ball, float[] perturbation, int offset) {
            int values = slots.task().values();
            int first = slots.item(slot) * values;
            for (int p = 0; p < values; p++) {
              perturbation[offset + p] = from[first + p] - clean[first + p];
            }
          }
        };
    Attacking.Result result = Attacking.run(done -> SlotScheduler.run(task, rule, done), task);
    NDArray embeddings = model.embed(result.batch(task, own));
    float[] losses = objective.loss(embeddings).toFloatArray();
    JsonNode golden =
        values(candidate)
            .get("apgd_" + loss + "_" + start + "_start")
            .get("best_loss_peer_float32");
    assertThat(golden.size()).isEqualTo(samples);
    double mean = 0;
    double goldenMean = 0;
    for (int i = 0; i < samples; i++) {
      assertThat((double) losses[i])
          .as("best loss of sample %d, %s from the %s start", i, loss, start)
          .isGreaterThanOrEqualTo(golden.get(i).asDouble() - 0.02);
      assertThat(result.each()[i].losses()).hasSize(apgdSteps() + 1);
      mean += losses[i] / samples;
      goldenMean += golden.get(i).asDouble() / samples;
    }
    assertThat(mean)
        .as("mean best loss, %s from the %s start", loss, start)
        .isCloseTo(goldenMean, within(0.005));
  }

  /** As many as there are losses on the way. */
  private static int apgdSteps() {
    return arrays.entrySet().stream()
        .filter(e -> e.getKey().matches("(net|norm)\\.apgd_.*loss_history"))
        .mapToInt(e -> Math.toIntExact(e.getValue().getShape().get(0)))
        .findFirst()
        .orElse(100);
  }

  private static AttackTask task(
      Candidate candidate,
      EmbeddingModel model,
      GalleryView galleryView,
      NDArray images,
      Norm norm,
      double epsilon) {
    EmbeddingSet clean = clean(candidate);
    SingleTarget objective = new SingleTarget();
    return new AttackTask(
        model,
        clean,
        Attacking.pixels(images.toFloatArray(), clean),
        objective.aim(galleryView, clean),
        objective.hasZeroGradientAtClean(),
        null,
        norm,
        epsilon,
        1,
        "golden",
        clean.size(),
        false);
  }

  private static EmbeddingSet clean(Candidate candidate) {
    NDArray embeddings = array(candidate, "embeddings");
    long[] ids = LongStream.range(0, embeddings.getShape().get(0)).toArray();
    return new EmbeddingSet(
        embeddings.toFloatArray(), Math.toIntExact(embeddings.getShape().get(1)), ids, ids);
  }

  private static GalleryView galleryView(Candidate candidate, NDManager own) {
    EmbeddingSet clean = clean(candidate);
    NDArray targets = array(candidate, "targets");
    Map<Long, float[]> given = new HashMap<>();
    for (int i = 0; i < clean.size(); i++) {
      given.put((long) i, targets.get(i).toFloatArray());
    }
    return new GalleryView(clean, Distance.EUCLIDEAN, 1, given, own);
  }

  private static double largestDifference(float[] actual, float[] golden) {
    assertThat(actual).hasSameSizeAs(golden);
    double largest = 0;
    for (int i = 0; i < golden.length; i++) {
      largest = Math.max(largest, Math.abs((double) actual[i] - golden[i]));
    }
    return largest;
  }
}
