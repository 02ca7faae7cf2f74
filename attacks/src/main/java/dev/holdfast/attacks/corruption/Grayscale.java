package dev.holdfast.attacks.corruption;

import static dev.holdfast.attacks.imaging.PixelImage.clip;

import dev.holdfast.attacks.imaging.PixelImage;
import dev.holdfast.metrics.random.CounterRng;

/** Mixes every pixel with its luma (ITU-R 601); at severity 5 no color is left. */
public record Grayscale() implements Corruption {

  private static final SeverityTable SHARE = SeverityTable.atEverySize(.2, .4, .6, .8, 1);

  @Override
  public String id() {
    return "grayscale";
  }

  @Override
  public Family family() {
    return Family.COLOR;
  }

  @Override
  public String description() {
    return "Takes away 20 to 100 % of the color.";
  }

  @Override
  public String source() {
    return "Chen, Kornblith, Norouzi and Hinton, A Simple Framework for Contrastive Learning of Visual"
        + " Representations, ICML 2020, arXiv:2002.05709";
  }

  @Override
  public PixelImage apply(PixelImage clean, int severity, Dialect dialect, CounterRng rng) {
    float share = (float) SHARE.value(severity, dialect, this);
    float[] in = clean.requireRgb().values();
    float[] out = new float[in.length];
    int area = clean.area();
    for (int red = 0; red < area; red++) {
      int green = red + area;
      int blue = green + area;
      float luma = .299f * in[red] + .587f * in[green] + .114f * in[blue];
      out[red] = clip(in[red] + share * (luma - in[red]));
      out[green] = clip(in[green] + share * (luma - in[green]));
      out[blue] = clip(in[blue] + share * (luma - in[blue]));
    }
    return PixelImage.rgb(clean.height(), clean.width(), out);
  }
}
