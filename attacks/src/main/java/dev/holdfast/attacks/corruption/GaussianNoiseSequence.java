package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.holdfast.attacks.imaging.NormalDraws;
import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.random.CounterRng;
import java.util.Objects;

/**
 * The image under noise that is drawn anew for every frame. Frames follow in no order, so all are
 * compared with the first.
 *
 * @param deviation standard deviation of the noise; default 0.03, and 0.05 and 0.08 in the harder
 *     versions of the paper
 */
@JsonTypeName("gaussian-noise")
public record GaussianNoiseSequence(Double deviation) implements Sequence {

  private static final int FRAMES = 30;
  private static final double DEFAULT_DEVIATION = .03;

  /** Puts the default in and checks the value. */
  public GaussianNoiseSequence {
    deviation = deviation == null ? Double.valueOf(DEFAULT_DEVIATION) : deviation;
    if (!(deviation > 0 && deviation <= 1)) {
      throw InputException.of(
          "deviation",
          deviation,
          "sequence gaussian-noise",
          "be above 0 and at most 1",
          "try 0.03");
    }
  }

  @Override
  public String description() {
    return "Adds normal noise, drawn anew for every frame.";
  }

  @Override
  public int frames() {
    return FRAMES;
  }

  @Override
  public boolean comparesWithFirst() {
    return true;
  }

  @Override
  public PixelImage frame(PixelImage clean, int frame, CounterRng rng) {
    Objects.checkIndex(frame, FRAMES);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    NormalDraws.fill(rng, out, out.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = clip((float) (in[i] + deviation * out[i]));
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
