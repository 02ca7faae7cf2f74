package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.budget.Norm;
import dev.holdfast.models.engine.ToyEmbedder;
import org.junit.jupiter.api.Test;

class RFgsmTest implements AscentContract {

  @Override
  public Attack attack() {
    return new RFgsm(null);
  }

  @Override
  public Attack fromCleanToTheEdge() {
    return new RFgsm(0.0);
  }

  @Override
  public boolean random() {
    return true;
  }

  @Override
  public boolean oneStep() {
    return true;
  }

  @Test
  void the_random_step_goes_to_the_edge_of_its_part() {
    try (EmbeddingModel model = ToyEmbedder.constant(CARD)) {
      for (Norm norm : Norm.LENGTHS) {
        Scene scene = new Scene(model).gray().norm(norm, 0.05);
        assertThat(scene.lengths(scene.run(new RFgsm(0.4))))
            .allSatisfy(l -> assertThat(l).isCloseTo(0.02, within(1e-6)));
      }
    }
  }

  @Test
  void refuses_a_part_that_is_none() {
    assertThatThrownBy(() -> new RFgsm(1.5))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("random_part (1.5) of attack r-fgsm must be between 0.0 and 1.0");
  }
}
