package dev.holdfast.attacks.objective;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * UAX, unadversarial examples: the opposite of an attack. Moves the embedding towards items of its
 * own class, never itself, drawn by seed and item id. Maximizes the mean of -d(f(x'), t). Neither
 * formula nor code of the paper is public; this form is that of this project.
 *
 * @param targets how many; default 1
 */
@JsonTypeName("unadversarial")
public record Unadversarial(Integer targets) implements Objective {

  private static final String OWNER = "objective unadversarial";

  /** Puts the default in and checks it. */
  public Unadversarial {
    targets = TargetSelection.count("targets", targets, OWNER);
  }

  @Override
  public String label() {
    return id() + (targets == 1 ? "" : "-" + targets);
  }

  @Override
  public String description() {
    return "UAX: approach random items of the same class, which helps the model";
  }

  @Override
  public String source() {
    return "named by Singh, Kakizaki, Araki, ACML 2023; formula of this project";
  }

  @Override
  public void check(long[] gallery, long[] attacked, boolean within) {
    Map<Long, Long> sizes =
        Arrays.stream(gallery)
            .boxed()
            .collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    for (long label : attacked) {
      if (sizes.getOrDefault(label, 0L) < (within ? 2 : 1)) {
        throw InputException.of(
            "class",
            label,
            OWNER,
            "have another item in the gallery to aim at",
            "leave out classes with one item");
      }
    }
  }

  @Override
  public CellObjective aim(GalleryView galleryView, EmbeddingSet items) {
    int[][] chosen = new int[items.size()][targets];
    for (int item = 0; item < chosen.length; item++) {
      int i = item;
      CounterRng rng = galleryView.rng(id(), items, item);
      Arrays.setAll(chosen[item], t -> galleryView.drawRelevant(items, i, rng));
    }
    return TargetedObjective.of(chosen, galleryView);
  }
}
