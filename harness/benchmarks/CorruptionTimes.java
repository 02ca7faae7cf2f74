import dev.holdfast.attacks.corruption.Corruption;
import dev.holdfast.attacks.corruption.Dialect;
import dev.holdfast.attacks.imaging.PixelImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Times the corruptions of ImageNet-C; the other half of a comparison is {@code corruption_times.py}, and {@code
 * compare-corruptions} runs both.
 *
 * <p>Arguments: a folder with files {@code 64} and {@code 224} of pictures of that side, 8-bit
 * interleaved RGB, and the number of threads.
 */
public final class CorruptionTimes {

  private static final int[] SIDES = {64, 224};
  private static final int SEVERITY = 3;

  /** The table that the peer has, for pictures of any size. */
  private static final Dialect DIALECT = Dialect.HENDRYCKS_224;

  /** Until the compiler has come to rest: runs take minutes, and it shares their cores. */
  private static final long WARM_UP_NANOS = 1_200_000_000;

  private CorruptionTimes() {}

  /**
   * Prints side, id and seconds for each size and corruption.
   *
   * @param args see the class
   */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    int threads = Integer.parseInt(args[1]);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int side : SIDES) {
        List<PixelImage> pictures = read(Path.of(args[0], Integer.toString(side)), side);
        for (Corruption corruption : Corruption.all()) {
          if (!corruption.family().isOfImageNetC()) {
            continue;
          }
          long warm = System.nanoTime() + WARM_UP_NANOS;
          while (System.nanoTime() < warm) {
            corrupt(pool, threads, corruption, pictures);
          }
          System.gc();
          long start = System.nanoTime();
          corrupt(pool, threads, corruption, pictures);
          double seconds = (System.nanoTime() - start) / 1e9;
          out.printf(Locale.ROOT, "%d %s %.4f%n", side, corruption.id(), seconds);
        }
      }
    } finally {
      pool.shutdown();
    }
  }

  private static void corrupt(
      ExecutorService pool, int threads, Corruption corruption, List<PixelImage> pictures)
      throws Exception {
    List<Callable<Void>> parts = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t;
      parts.add(
          () -> {
            for (int i = first; i < pictures.size(); i += threads) {
              corruption.apply(
                  pictures.get(i),
                  SEVERITY,
                  DIALECT,
                  Corruption.rng(0, i, corruption.id(), SEVERITY, DIALECT));
            }
            return null;
          });
    }
    for (Future<Void> done : pool.invokeAll(parts)) {
      done.get();
    }
  }

  private static List<PixelImage> read(Path file, int side) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int plane = side * side;
    List<PixelImage> pictures = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += 3 * plane) {
      float[] values = new float[3 * plane];
      for (int i = 0; i < values.length; i++) {
        values[i % 3 * plane + i / 3] = (bytes[from + i] & 0xff) / 255f;
      }
      pictures.add(new PixelImage(3, side, side, values));
    }
    return pictures;
  }
}
