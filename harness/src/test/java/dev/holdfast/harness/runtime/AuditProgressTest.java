package dev.holdfast.harness.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.Distance;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.models.engine.ToyEmbedder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class AuditProgressTest {

  private static final ModelCard CARD =
      ToyEmbedder.card(
          new Shape(3, 4, 4), 2, Distance.EUCLIDEAN, true, ModelCard.Normalization.none(), null);

  private final List<String> heard = new ArrayList<>();
  private CountingModel model;
  private AuditProgress progress;

  @BeforeEach
  void open() {
    model = new CountingModel(new ToyModel(CARD));
    progress = new AuditProgress((task, done, total) -> heard.add(done + " of " + total), model);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private void pass(int images, boolean back) {
    try (NDManager manager = model.manager().newSubManager()) {
      NDArray pixels = manager.zeros(new Shape(images, 3, 4, 4));
      if (back) {
        model.gradient(pixels, e -> e.sum(new int[] {1})).close();
      } else {
        model.embed(pixels);
      }
    }
  }

  private String last() {
    return heard.get(heard.size() - 1);
  }

  @Test
  void passes_of_checks_and_cells_move_it_and_a_backward_pass_counts_as_two() {
    progress.plan("probe", 10);
    progress.plan("cell", 30);
    String said =
        progress.during(
            "probe",
            step -> {
              pass(2, false);
              assertThat(last()).isEqualTo("2 of 40");
              pass(2, true);
              assertThat(last()).isEqualTo("8 of 40");
              return "done";
            });
    assertThat(said).isEqualTo("done");
    assertThat(last()).isEqualTo("10 of 40");
    progress.during(
        "cell",
        step -> {
          // Passes of another model are told.
          step.accept(5);
          assertThat(last()).isEqualTo("15 of 40");
          pass(2, false);
          assertThat(last()).isEqualTo("15 of 40");
          return null;
        });
    assertThat(last()).isEqualTo("40 of 40");
    // What nobody planned moves nothing.
    pass(2, false);
    assertThat(last()).isEqualTo("40 of 40");
  }

  @Test
  void what_takes_longer_than_planned_does_not_pass_its_end() {
    progress.plan("probe", 3);
    progress.plan("cell", 7);
    progress.during(
        "probe",
        step -> {
          pass(5, false);
          return null;
        });
    assertThat(heard).containsExactly("0 of 10", "3 of 10", "3 of 10");
  }

  @Test
  void what_is_found_done_or_turns_out_needless_is_off_the_plan() {
    progress.plan("stored", 100);
    progress.plan("cell", 10);
    progress.plan("convergence", 50);
    progress.leaveOut("stored");
    progress.plan("convergence", 0);
    progress.during("cell", step -> null);
    assertThat(heard).containsExactly("0 of 10", "10 of 10");
  }
}
