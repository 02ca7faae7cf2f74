package dev.holdfast.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.engine.GraphSafeScalars;
import java.util.List;

/**
 * Simultaneous similarity-based self-distillation, in the form with several heads and features. Of
 * the pooled feature map phi (global average plus global maximum) each head, two linear layers with
 * a ReLU between, makes an embedding g of its own. With a metric loss L and the matrices S of
 * cosines of a batch:
 *
 * <pre>
 * 1/2 (L(z) + mean over heads of L(g)) + gamma mean over heads of K(S_g, S_z) + gamma K(S_phi, S_z)
 * </pre>
 *
 * where K is the mean over rows of the Kullback-Leibler divergence between row-wise softmaxes,
 * towards a fixed first one. The last term, and only it, waits for {@code featuresFrom} steps.
 *
 * @param base the metric loss; default multi-similarity
 * @param dimensions of the heads; default 512, 1024, 1536 and 2048
 * @param gamma weight of the distillation, at least 0; default 50
 * @param featuresFrom step from which the features teach; default 1000
 * @see <a href="https://arxiv.org/abs/2009.08348">Roth et al., ICML 2021</a>
 */
@JsonTypeName("s2sd")
public record S2sd(MetricLoss base, List<Integer> dimensions, Double gamma, Integer featuresFrom)
    implements MetricLoss {

  private static final String OWNER = "loss s2sd";
  private static final List<Integer> USUAL = List.of(512, 1024, 1536, 2048);
  private static final int LARGEST = 65536;
  private static final String EMBEDDING = "embedding";
  private static final String HEAD = "heads.";

  /** Puts the defaults in and checks the values. */
  public S2sd {
    base = base == null ? new MultiSimilarity(null, null, null, null, null, null) : base;
    dimensions = dimensions == null ? USUAL : List.copyOf(dimensions);
    gamma = gamma == null ? 50.0 : gamma;
    featuresFrom = featuresFrom == null ? 1000 : featuresFrom;
    if (base instanceof S2sd) {
      throw InputException.of("base", base.id(), OWNER, "be a plain loss", "use multi-similarity");
    }
    if (dimensions.isEmpty() || dimensions.stream().anyMatch(d -> d < 1 || d > LARGEST)) {
      throw InputException.of(
          "dimensions", dimensions, OWNER, "be in 1 to " + LARGEST, "try " + USUAL);
    }
    Check.notNegative("gamma", gamma, OWNER, "50");
    if (featuresFrom < 0) {
      throw InputException.of(
          "features_from", featuresFrom, OWNER, "be at least 0", "try the usual 1000");
    }
  }

  @Override
  public String description() {
    return "a metric loss with distillation from wider heads and from the features";
  }

  @Override
  public String source() {
    return "Roth et al., ICML 2021 (2009.08348)";
  }

  @Override
  public boolean needsFeatures() {
    return true;
  }

  @Override
  public void initialize(LossShape shape) {
    base.initialize(shape.within(EMBEDDING, shape.dimension()));
    for (int k = 0; k < dimensions.size(); k++) {
      int d = dimensions.get(k);
      LossShape head = shape.within(HEAD + k, d);
      base.initialize(head);
      layer(head, "fc1", shape.features(), d);
      layer(head, "fc2", d, d);
    }
  }

  private static void layer(LossShape shape, String name, int in, int out) {
    double bound = 1 / Math.sqrt(in);
    shape.uniform(name + ".weight", bound, out, in);
    shape.uniform(name + ".bias", bound, out);
  }

  @Override
  public NDArray loss(NDArray embeddings, long[] labels, LossState state) {
    NDArray pooled = pooled(state.features());
    NDArray students = cosines(embeddings).logSoftmax(1);
    NDArray metric = base.loss(embeddings, labels, state.within(EMBEDDING));
    NDArray taught = embeddings.getManager().create(0f);
    int heads = dimensions.size();
    for (int k = 0; k < heads; k++) {
      LossState head = state.within(HEAD + k);
      NDArray g = layer(Activation.relu(layer(pooled, head, "fc1")), head, "fc2");
      metric = metric.add(GraphSafeScalars.times(base.loss(g, labels, head), 1.0 / heads));
      taught = taught.add(GraphSafeScalars.times(divergence(g, students), gamma / heads));
    }
    if (state.step() >= featuresFrom) {
      taught = taught.add(GraphSafeScalars.times(divergence(pooled, students), gamma));
    }
    return GraphSafeScalars.times(metric, 0.5).add(taught);
  }

  private static NDArray pooled(NDArray features) {
    long n = features.getShape().get(0);
    NDArray flat = features.reshape(n, features.getShape().get(1), -1);
    return flat.mean(new int[] {2}).add(flat.max(new int[] {2}));
  }

  private static NDArray layer(NDArray x, LossState head, String name) {
    return Linear.linear(x, head.parameter(name + ".weight"), head.parameter(name + ".bias"))
        .singletonOrThrow();
  }

  private static NDArray cosines(NDArray rows) {
    NDArray unit = Pairs.unit(rows);
    return Pairs.products(unit, unit);
  }

  /** Returns K; the gradient flows to the students alone. */
  private static NDArray divergence(NDArray teacher, NDArray students) {
    NDManager manager = students.getManager();
    NDArray fixed = teacher.stopGradient();
    fixed.attach(manager);
    NDArray log = cosines(fixed).logSoftmax(1);
    return log.exp().mul(log.sub(students)).sum(new int[] {1}).mean();
  }
}
