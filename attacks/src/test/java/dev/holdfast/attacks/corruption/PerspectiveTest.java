package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.attacks.imaging.Warp;
import org.junit.jupiter.api.Test;

class PerspectiveTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new Perspective();
  }

  @Test
  void a_print_that_is_turned_away_is_seen_as_geometry_says() {
    int side = 201;
    float[] values = new float[3 * side * side];
    values[100 * side + 150] = 1;
    double distance = 300;
    double[] map = Warp.tilt(40, 90, distance);
    double[] at = Pictures.center(Warp.apply(PixelImage.rgb(side, side, values), map, 4));
    // Turned about the vertical axis: the point comes nearer or goes away by 50 sin 40.
    double depth = 50 * Math.sin(Math.toRadians(40));
    double width = 50 * Math.cos(Math.toRadians(40));
    assertThat(at[0]).isCloseTo(100, within(.05));
    assertThat(at[1] - 100)
        .satisfiesAnyOf(
            x -> assertThat(x).isCloseTo(width * distance / (distance + depth), within(.3)),
            x -> assertThat(x).isCloseTo(width * distance / (distance - depth), within(.3)));
  }
}
