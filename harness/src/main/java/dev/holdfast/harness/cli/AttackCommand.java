package dev.holdfast.harness.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.attacks.Attack;
import dev.holdfast.attacks.objective.CellObjective;
import dev.holdfast.attacks.objective.GalleryView;
import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.objective.Objective;
import dev.holdfast.attacks.task.AttackTask;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.harness.npz.ClassLabels;
import dev.holdfast.harness.npz.ImageArrays;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.runtime.ConsoleProgress;
import dev.holdfast.harness.runtime.Devices;
import dev.holdfast.harness.runtime.GradientRequirement;
import dev.holdfast.harness.runtime.ImageBatches;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.AtomicFile;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.engine.ModelLoader;
import dev.holdfast.models.image.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adversarial images for use elsewhere. */
@Command(
    name = "attack",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = "Perturb images and write them, before and after, to a .npz file.")
final class AttackCommand implements Callable<Integer> {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "MODEL", description = "As for audit.")
  private Path model;

  @ArgGroup(multiplicity = "1")
  private Source source;

  /** Where the images come from. */
  static final class Source {
    @ArgGroup(exclusive = false)
    private DataOptions data;

    @Option(
        names = "--images",
        required = true,
        paramLabel = "FILE.npz",
        description =
            "Array images (N x C x H x W in [0,1]); optionally labels (N) and targets (N x D).")
    private Path images;
  }

  @Option(
      names = "--attack",
      required = true,
      paramLabel = "ID[,KEY=VALUE...]",
      description = "Such as pgd,steps=10,step_size=2/255,random_start=false.")
  private String attack;

  @Option(
      names = "--objective",
      paramLabel = "ID[,KEY=VALUE...]",
      defaultValue = "embedding-shift",
      description = "Such as multi-target,targets=5. Default: ${DEFAULT-VALUE}.")
  private String objective;

  @Option(
      names = "--norm",
      paramLabel = "NORM",
      description = "linf, l2 or patch. Default: linf; patch for a patch.")
  private String norm;

  @Option(
      names = "--epsilon",
      required = true,
      paramLabel = "EPSILON",
      description =
          "The budget in pixel space, such as 8/255 (linf) or 0.5 (l2); of a patch, its share of the"
              + " image.")
  private String epsilon;

  @Option(
      names = "--limit-queries",
      paramLabel = "N",
      description = "Attack N queries of the data, chosen by seed and id as in audit; 0 for all.")
  private int limitQueries;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.npz",
      description = "Arrays images, adversarial, loss, norm, ids and labels (with class_names).")
  private Path out;

  @Mixin private EngineOptions engine;

  /**
   * Images with what objectives need.
   *
   * @param names what messages call them
   * @param classNames what labels mean; null where nobody said so
   * @param groups null where there are none
   * @param galleryLabels of what they are searched in
   * @param gallery embeds that; null where it is themselves
   * @param within whether they are part of it
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Input(
      float[] pixels,
      IntFunction<String> names,
      long[] ids,
      long[] labels,
      List<String> classNames,
      long[] groups,
      long[] galleryLabels,
      Supplier<EmbeddingSet> gallery,
      boolean within,
      Map<Long, float[]> targets) {

    /** Takes the queries of a data set; where all images are queries, they are the gallery. */
    static Input of(ModelSession session, int limit, long seed, ConsoleProgress ticker) {
      Protocol protocol = session.set().protocol();
      QueryGallerySplit draw = protocol.draw(session.store().items()).get(0);
      boolean apart = protocol == Protocol.QUERY_GALLERY;
      int[] all = IntStream.range(0, session.images().count()).toArray();
      int[] asked = session.images().chosen(apart ? draw.queries() : all, limit, seed);
      int[] gallery = apart ? draw.gallery() : all;
      boolean themselves = !apart && asked.length == all.length;
      int n = asked.length;
      int values = session.images().values();
      if ((long) n * values > Integer.MAX_VALUE) {
        throw InputException.of(
            "number of images",
            n,
            "the data set " + session.set().name(),
            "be at most " + Integer.MAX_VALUE / values + " for one file of images of this size",
            "use fewer with --limit-queries");
      }
      float[] pixels = new float[n * values];
      for (int i = 0; i < n; i++) {
        session.store().input(asked[i], pixels, i * values);
      }
      EmbeddingSet items =
          session
              .images()
              .set(asked, new float[n * session.model().card().embedding().dimension()]);
      long[] searched =
          Arrays.stream(gallery).mapToLong(i -> session.images().item(i).label()).toArray();
      return new Input(
          pixels,
          i -> session.images().item(asked[i]).path(),
          items.ids(),
          items.labels(),
          session.set().classNames(),
          items.groups(),
          searched,
          themselves
              ? null
              : () -> {
                EmbeddingSet embedded = session.images().embed(gallery, "embedding", ticker);
                session.images().refuseNotFinite(embedded, false);
                return embedded;
              },
          !apart,
          Map.of());
    }
  }

  @Override
  public Integer call() {
    engine.apply();
    String owner = "the command line";
    checkLimit(owner);
    OutputChecks.requireArrays("out", out);
    if (source.images != null && Files.exists(out) && same(out, source.images)) {
      throw InputException.of(
          "out", out, owner, "differ from the images that are read", "choose another name");
    }
    Attack algorithm = ExtensionOption.parse("--attack", attack, Attack.class);
    Norm chosen = norm == null ? algorithm.norms().get(0) : Norm.of(norm, owner);
    AttackCell cell =
        new AttackCell(
            algorithm,
            ExtensionOption.parse("--objective", objective, Objective.class),
            new ThreatModel(
                chosen,
                Epsilon.parse(epsilon, owner).under(chosen, "epsilon", owner),
                Side.QUERY,
                algorithm.knowledge()),
            null);
    algorithm.check(cell.threat(), cell.objective());
    try (ConsoleProgress ticker = EngineOptions.ticker(spec.commandLine())) {
      if (source.images == null) {
        try (ModelSession session = ModelSession.open(model, source.data, engine, ticker)) {
          Input input = Input.of(session, limitQueries, engine.seed(), ticker);
          run(session.model(), cell, input, ticker);
          ticker.close();
          conclude(input.ids().length);
          session.tell(spec.commandLine().getErr());
        }
      } else {
        try (EmbeddingModel candidate = ModelLoader.open(model, Devices.of(engine.device()))) {
          Input input = read(candidate, cell);
          run(candidate, cell, input, ticker);
          ticker.close();
          conclude(input.ids().length);
        }
      }
      return Holdfast.OK;
    }
  }

  private void conclude(int images) {
    spec.commandLine().getOut().printf("%d adversarial images: %s%n", images, out);
    spec.commandLine().getOut().flush();
  }

  private static boolean same(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  private void checkLimit(String owner) {
    ImageBatches.checkLimit(limitQueries);
    if (limitQueries > 0 && source.images != null) {
      throw InputException.of(
          "limit_queries",
          limitQueries,
          owner,
          "stand beside --data",
          "leave it out: every image of " + source.images + " is attacked");
    }
  }

  private Input read(EmbeddingModel candidate, AttackCell cell) {
    ImageArrays file = ImageArrays.read(source.images, candidate.card().input().spec());
    if (file.rounded() > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "%d of the numbers of %s lay outside of [0,1] by rounding, and were moved to its ends.%n",
              file.rounded(), source.images);
    }
    Map<String, NpyArray> arrays = file.arrays();
    int n = file.count();
    long[] ids = LongStream.range(0, n).toArray();
    ClassLabels labels =
        arrays.containsKey(ClassLabels.LABELS)
            ? ClassLabels.read(arrays, n, "image", source.images)
            : null;
    if (labels == null && cell.objective() instanceof Margin) {
      throw InputException.of(
          "array labels",
          "missing",
          source.images.toString(),
          "be given for the objective " + cell.objective().id(),
          "save the class of each image as int64");
    }
    Map<Long, float[]> targets = new HashMap<>();
    NpyArray aims = arrays.get("targets");
    if (aims != null) {
      int d = candidate.card().embedding().dimension();
      if (aims.floats() == null || !Arrays.equals(aims.shape(), new int[] {n, d})) {
        throw InputException.of(
            "array targets",
            aims.describe(),
            source.images.toString(),
            "be " + n + " x " + d + " float32, one embedding of this model per image",
            aims.floats() == null
                ? "save x.astype(numpy.float32)"
                : "they are those of other images or of another model");
      }
      for (float value : aims.floats()) {
        if (!Float.isFinite(value)) {
          throw InputException.of(
              "array targets", value, source.images.toString(), "be finite", "leave that row out");
        }
      }
      for (int i = 0; i < n; i++) {
        targets.put((long) i, Arrays.copyOfRange(aims.floats(), i * d, (i + 1) * d));
      }
    }
    long[] classes = labels == null ? ids : labels.numbers();
    return new Input(
        file.pixels(),
        i -> "image " + i,
        ids,
        classes,
        labels == null ? null : labels.names(),
        null,
        classes,
        null,
        true,
        targets);
  }

  private void run(EmbeddingModel candidate, AttackCell cell, Input input, ConsoleProgress ticker) {
    ImageBatches.checked(engine.batchSize(), candidate.card().input().spec());
    if (input.targets().isEmpty()) {
      cell.objective().check(input.galleryLabels(), input.labels(), input.within());
    }
    int n = input.ids().length;
    try (NDManager manager = candidate.manager().newSubManager()) {
      int some = Math.min(n, engine.batchSize());
      GradientRequirement.check(
          candidate, cell.attack(), batch(candidate, input.pixels(), 0, some, manager));
    }
    int values = candidate.card().input().spec().values();
    int dimension = candidate.card().embedding().dimension();
    float[] embeddings = new float[n * dimension];
    forBatches(
        n,
        (start, count) -> {
          try (NDManager manager = candidate.manager().newSubManager()) {
            float[] rows =
                candidate
                    .embed(batch(candidate, input.pixels(), start, count, manager))
                    .toFloatArray();
            System.arraycopy(rows, 0, embeddings, start * dimension, count * dimension);
          }
        });
    EmbeddingSet clean =
        new EmbeddingSet(embeddings, dimension, input.ids(), input.labels(), input.groups());
    ImageBatches.refuseNotFinite(candidate, clean, input.names());
    float[] adversarial = new float[n * values];
    float[] loss = new float[n];
    float[] length = new float[n];
    try (GalleryView galleryView =
        new GalleryView(
            input.gallery() == null ? clean : input.gallery().get(),
            candidate.card().embedding().metric(),
            candidate.card().embedding().normalize(),
            engine.seed(),
            input.targets(),
            candidate.manager())) {
      CellObjective aim = cell.objective().aim(galleryView, clean);
      AttackTask.PixelSource pixels =
          (item, target, offset) ->
              System.arraycopy(input.pixels(), item * values, target, offset, values);
      int[] finished = {0};
      cell.attack()
          .perturb(
              new AttackTask(
                  candidate,
                  clean,
                  pixels,
                  aim,
                  cell.objective().hasZeroGradientAtClean(),
                  null,
                  cell.threat().norm(),
                  cell.threat().epsilon().value(),
                  engine.seed(),
                  cell.id(),
                  engine.batchSize(),
                  true,
                  new AttackTask.AuxiliaryImages(
                      clean, pixels, items -> cell.objective().aim(galleryView, items))),
              perturbed -> {
                System.arraycopy(
                    perturbed.image(), 0, adversarial, perturbed.item() * values, values);
                ticker.step("attacking", ++finished[0], n);
              });
      forBatches(
          n,
          (start, count) -> {
            try (NDManager manager = candidate.manager().newSubManager()) {
              int[] rows = new int[engine.batchSize()];
              Arrays.setAll(rows, i -> i < count ? start + i : -1);
              NDArray images = batch(candidate, adversarial, start, count, manager);
              float[] losses = aim.bind(rows, manager).loss(candidate.embed(images)).toFloatArray();
              System.arraycopy(losses, 0, loss, start, count);
            }
          });
    }
    InputSpec shape = candidate.card().input().spec();
    for (int i = 0; i < n; i++) {
      length[i] =
          (float)
              cell.threat()
                  .norm()
                  .length(
                      adversarial,
                      i * values,
                      input.pixels(),
                      i * values,
                      shape.color().channels(),
                      shape.height() * shape.width());
    }
    long[] axes = {n, shape.color().channels(), shape.height(), shape.width()};
    AtomicFile.write(
        out,
        stream -> {
          NpzWriter npz = new NpzWriter(stream);
          npz.write("images", input.pixels(), axes);
          npz.write("adversarial", adversarial, axes);
          npz.write("loss", loss, n);
          npz.write("norm", length, n);
          npz.write("ids", input.ids());
          npz.write(ClassLabels.LABELS, input.labels());
          if (input.classNames() != null) {
            npz.write(ClassLabels.CLASS_NAMES, input.classNames());
          }
          npz.finish();
        });
  }

  /** Does something for each batch. */
  @FunctionalInterface
  private interface BatchWork {
    void run(int start, int count);
  }

  private void forBatches(int n, BatchWork work) {
    for (int start = 0; start < n; start += engine.batchSize()) {
      work.run(start, Math.min(engine.batchSize(), n - start));
    }
  }

  private NDArray batch(
      EmbeddingModel candidate, float[] from, int start, int count, NDManager manager) {
    InputSpec s = candidate.card().input().spec();
    float[] pixels = new float[engine.batchSize() * s.values()];
    System.arraycopy(from, start * s.values(), pixels, 0, count * s.values());
    return manager.create(
        pixels, new Shape(engine.batchSize(), s.color().channels(), s.height(), s.width()));
  }
}
