import ai.djl.ndarray.NDManager;
import dev.holdfast.metrics.Distance;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.knn.ExactSearch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Times one exact search of all embeddings of a file, after a small one to warm up. The other half
 * of a comparison is {@code faiss_times.py}; {@code compare-faiss} runs both.
 *
 * <p>Arguments: a file of float32 in native order, the dimension, the number of neighbors, {@code
 * self} or {@code gallery} (whether queries and gallery are known to be the same rows), and
 * optionally a file for the neighbors, as int32.
 */
public final class SearchTimes {

  private static final int WARM_UP = 6000;

  private SearchTimes() {}

  /**
   * Prints the seconds and the peak of resident memory.
   *
   * @param args see the class
   */
  public static void main(String[] args) throws IOException {
    PrintStream out = System.out;
    float[] values = read(Path.of(args[0]));
    int dimension = Integer.parseInt(args[1]);
    int k = Integer.parseInt(args[2]);
    boolean self = args[3].equals("self");
    int rows = values.length / dimension;
    try (NDManager manager = NDManager.newBaseManager()) {
      for (int round = 0; round < 2; round++) {
        search(set(values, dimension, Math.min(WARM_UP, rows)), self, k, manager);
      }
      EmbeddingSet all = set(values, dimension, rows);
      long start = System.nanoTime();
      List<int[]> neighbors = search(all, self, k, manager);
      double seconds = (System.nanoTime() - start) / 1e9;
      out.printf("ours %.3f s, peak RSS %d MiB%n", seconds, peak());
      if (args.length > 4) {
        write(Path.of(args[4]), neighbors, k);
      }
    }
  }

  private static List<int[]> search(EmbeddingSet set, boolean self, int k, NDManager manager) {
    // Another last number, and with it another array: nobody can know that the rest is the same.
    EmbeddingSet queries = self ? set : moved(set);
    try (ExactSearch search = ExactSearch.of(set, Distance.COSINE, manager)) {
      return search.neighbors(queries, k);
    }
  }

  private static EmbeddingSet moved(EmbeddingSet set) {
    float[] values = set.values().clone();
    values[values.length - 1] = Math.nextUp(values[values.length - 1]);
    return new EmbeddingSet(values, set.dimension(), set.ids(), set.labels());
  }

  private static EmbeddingSet set(float[] values, int dimension, int rows) {
    float[] some =
        rows * dimension == values.length
            ? values
            : Arrays.copyOf(values, rows * dimension);
    return new EmbeddingSet(
        some, dimension, LongStream.range(0, rows).toArray(), new long[rows]);
  }

  private static float[] read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      float[] values = new float[(int) (channel.size() / Float.BYTES)];
      channel
          .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer()
          .get(values);
      return values;
    }
  }

  private static void write(Path file, List<int[]> neighbors, int k) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocate(neighbors.size() * k * Integer.BYTES).order(ByteOrder.nativeOrder());
    neighbors.forEach(
        row -> {
          for (int item : row) {
            buffer.putInt(item);
          }
        });
    Files.write(file, buffer.array());
  }

  private static long peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }
}
