package dev.holdfast.harness.audit.cell;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.threat.SurrogateModel;
import dev.holdfast.harness.config.AttackEntry;
import dev.holdfast.harness.config.Battery;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.runtime.GradientRequirement;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.engine.HostToDevice;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.image.InputSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The models that attackers have in place of the candidate. They get the images of the candidate,
 * resized and cropped as that wants them, and normalize them in their own way.
 */
public final class Surrogates implements AutoCloseable {

  private final Map<String, EmbeddingModel> models = new LinkedHashMap<>();
  private final Map<SurrogateModel, EmbeddingModel> byIdentity = new HashMap<>();
  private final Map<SurrogateModel, AttackerModel> attackers = new HashMap<>();

  private Surrogates() {}

  /**
   * Opens all surrogates of a battery.
   *
   * @param candidate whose images they get
   * @throws InputException if one cannot be opened, or takes images of another size
   */
  public static Surrogates open(Battery battery, EmbeddingModel candidate, Device device) {
    Surrogates all = new Surrogates();
    try {
      for (AttackEntry entry : battery.attacks()) {
        if (entry.surrogate() != null && !all.models.containsKey(entry.surrogate())) {
          all.add(entry, candidate, device);
        }
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void add(AttackEntry entry, EmbeddingModel candidate, Device device) {
    String owner = "attack " + entry.attack().id();
    Path path = Path.of(entry.surrogate());
    if (!Files.exists(path)) {
      throw InputException.of(
          "surrogate",
          path,
          owner,
          "be a model card, a directory with model.yaml or a TorchScript file",
          "its name is misspelt: nothing of that name exists");
    }
    EmbeddingModel model = ModelLoader.open(path, device);
    models.put(entry.surrogate(), model);
    InputSpec given = candidate.card().input().spec();
    InputSpec taken = model.card().input().spec();
    if (!shape(given).equals(shape(taken))) {
      throw InputException.of(
          "surrogate",
          model.card().name() + ", which takes " + shape(taken),
          owner,
          "take images of the size of the candidate, " + shape(given),
          "use another surrogate, or export this one for that size");
    }
    EmbeddingModel other = byIdentity.put(identity(model), model);
    if (other != null && !other.card().equals(model.card())) {
      throw InputException.of(
          "surrogate",
          model.card().name(),
          owner,
          "have a name of its own: another one has the same name and weights, and another card",
          "rename one of them");
    }
  }

  private static String shape(InputSpec spec) {
    return "%d x %d x %d".formatted(spec.color().channels(), spec.height(), spec.width());
  }

  private static SurrogateModel identity(EmbeddingModel model) {
    return new SurrogateModel(model.card().name(), model.sha256());
  }

  /** Returns who is who, by what the battery calls them. */
  public Map<String, SurrogateModel> identities() {
    Map<String, SurrogateModel> identities = new HashMap<>();
    models.forEach((path, model) -> identities.put(path, identity(model)));
    return identities;
  }

  /** Returns everything about them that numbers depend on; empty without surrogates. */
  public String fingerprint() {
    Map<String, Object> all = new TreeMap<>();
    models.values().forEach(m -> all.put(identity(m).name() + " " + m.sha256(), m.card().toMap()));
    return all.isEmpty() ? "" : AuditFolder.MAPPER.writeValueAsString(all);
  }

  /**
   * Refuses attacks that follow gradients on surrogates that have none.
   *
   * @param store images of the candidate
   */
  public void check(Battery battery, PixelCache store, int batchSize) {
    for (AttackEntry entry : battery.attacks()) {
      if (entry.surrogate() != null) {
        EmbeddingModel model = models.get(entry.surrogate());
        ImageBatches images = new ImageBatches(store, model, batchSize);
        int[] some = IntStream.range(0, Math.min(batchSize, images.count())).toArray();
        try (NDManager manager = model.manager().newSubManager()) {
          GradientRequirement.check(
              model,
              entry.attack(),
              HostToDevice.array(images.clean(some), images.batchShape(), manager));
        }
      }
    }
  }

  /**
   * Returns what an attacker with a surrogate works with. Embeds all images with it, once.
   *
   * @param store images of the candidate
   * @param gallery items of the gallery
   * @throws InputException if the surrogate gives embeddings that are no numbers
   */
  AttackerModel attacker(
      SurrogateModel who,
      PixelCache store,
      int batchSize,
      int[] gallery,
      long seed,
      Progress progress) {
    return attackers.computeIfAbsent(
        who,
        w -> {
          EmbeddingModel model = byIdentity.get(w);
          ImageBatches images = new ImageBatches(store, model, batchSize);
          int[] everything = IntStream.range(0, images.count()).toArray();
          EmbeddingSet all = images.embed(everything, "embedding with the surrogate", progress);
          images.refuseNotFinite(all, false);
          EmbeddingSet searched = all.select(gallery);
          return new AttackerModel(
              model,
              all,
              searched,
              new GalleryView(
                  searched,
                  model.card().embedding().metric(),
                  model.card().embedding().normalize(),
                  seed,
                  Map.of(),
                  model.manager()));
        });
  }

  @Override
  public void close() {
    attackers.values().forEach(AttackerModel::close);
    models.values().forEach(EmbeddingModel::close);
  }
}
