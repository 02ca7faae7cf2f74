package dev.holdfast.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.attacks.objective.Margin;
import dev.holdfast.attacks.threat.Knowledge;
import dev.holdfast.attacks.threat.Side;
import dev.holdfast.attacks.threat.ThreatModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.budget.Epsilon;
import dev.holdfast.models.budget.Norm;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarliniWagnerTest implements MinNormContract {

  @Override
  public Attack attack() {
    return new CarliniWagner(6, 3, null, null, null);
  }

  @Override
  public Attack thorough() {
    return new CarliniWagner(null, 10, null, null, null);
  }

  @Override
  public List<Norm> norms() {
    return List.of(Norm.L2);
  }

  @Test
  void has_defaults_and_refuses_linf() {
    assertThat(new CarliniWagner(null, null, null, null, null))
        .isEqualTo(new CarliniWagner(100, 6, 0.01, 1.0, 0.0));
    ThreatModel threat =
        new ThreatModel(Norm.LINF, Epsilon.parse("8/255", "x"), Side.QUERY, Knowledge.WHITE_BOX);
    assertThatThrownBy(() -> attack().check(threat, new Margin(1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("norm (linf) of attack cw must be l2")
        .hasMessageContaining("fmn");
  }
}
