package dev.holdfast.harness.runtime;

import dev.holdfast.models.data.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * How far an audit has come, in all that it has to do: cells and trust checks. The unit is a
 * forward pass of one image; a backward pass counts as two. Passes of the model move it, padding
 * included, because that is what takes time.
 */
public final class AuditProgress {

  private static final String TASK = "auditing";

  private final Progress progress;
  private final CountingModel model;
  private final Map<String, Long> ahead = new LinkedHashMap<>();
  private long behind;

  public AuditProgress(Progress progress, CountingModel model) {
    this.progress = progress;
    this.model = model;
  }

  /** Says what something will cost, or that it will cost something else than was said. */
  public void plan(String name, long cost) {
    ahead.put(name, cost);
  }

  /** Takes something off the plan that needs not be done. */
  public void leaveOut(String name) {
    ahead.remove(name);
  }

  /**
   * Does something that was planned.
   *
   * @param work gets a consumer that hears what of its cost is done, where passes of the model do
   *     not say it
   */
  public <T> T during(String name, Function<LongConsumer, T> work) {
    long planned = ahead.getOrDefault(name, 0L);
    long before = model.cost();
    long[] done = new long[1];
    LongConsumer step =
        cost -> {
          done[0] = Math.max(done[0], Math.min(planned, cost));
          show(done[0]);
        };
    step.accept(0);
    model.afterEach(() -> step.accept(model.cost() - before));
    try {
      return work.apply(step);
    } finally {
      model.afterEach(() -> {});
      ahead.remove(name);
      behind += planned;
      show(0);
    }
  }

  private void show(long ofThis) {
    long total = behind + ahead.values().stream().mapToLong(Long::longValue).sum();
    progress.step(TASK, behind + ofThis, total);
  }
}
