package dev.holdfast.attacks.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.attacks.imaging.PixelImage;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GlassBlurTest implements CorruptionContract {

  @Override
  public Corruption corruption() {
    return new GlassBlur();
  }

  @Override
  public Set<Integer> notAboveTheOneBefore(Dialect dialect) {
    return switch (dialect) {
      case HENDRYCKS_32 -> Set.of(2, 3, 5);
      case HENDRYCKS_64 -> Set.of(2, 4);
      case HENDRYCKS_224 -> Set.of(2, 4);
    };
  }

  /** Each of the two moves differs from the last in three ways at once. */
  @Test
  void copies_a_pixel_from_where_its_move_says_and_does_not_swap() {
    int side = 9;
    float[] values = new float[3 * side * side];
    values[4 * side + 5] = 1;
    byte[] moves = new byte[2 * 7 * 7];
    // Pixels move from the lower right to the upper left: (8, 8), (8, 7) and on to (2, 2).
    int move = 2 * ((8 - 4) * 7 + (8 - 4));
    moves[move] = 1;
    PixelImage moved =
        new GlassBlur().move(PixelImage.rgb(side, side, values), 1, Dialect.HENDRYCKS_32, moves);
    assertThat(moved.values()[4 * side + 4]).isCloseTo(1, within(1e-6f));
    assertThat(moved.values()[4 * side + 5]).isCloseTo(1, within(1e-6f));
  }
}
