package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import org.junit.jupiter.api.Test;

class RotationTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Rotation();
  }

  @Test
  void a_point_keeps_its_distance_from_the_center_and_turns_by_the_angle() {
    float[] values = new float[3 * 101 * 101];
    values[50 * 101 + 90] = 1;
    double[] at =
        Pictures.center(corrupt(PixelImage.rgb(101, 101, values), 5, Dialect.HENDRYCKS_224, 0));
    double y = at[0] - 50;
    double x = at[1] - 50;
    assertThat(Math.hypot(x, y)).isCloseTo(40, within(.3));
    assertThat(Math.abs(Math.toDegrees(Math.atan2(y, x)))).isCloseTo(30, within(.5));
  }
}
