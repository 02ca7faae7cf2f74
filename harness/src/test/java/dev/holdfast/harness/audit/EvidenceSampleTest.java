package dev.holdfast.harness.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.harness.config.EvidenceMode;
import dev.holdfast.harness.npz.NpyArray;
import dev.holdfast.harness.npz.NpzReader;
import dev.holdfast.harness.outcome.AuditFolder;
import dev.holdfast.harness.runtime.ToyModel;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How much of the adversarial images an audit leaves. */
@Tag("native")
class EvidenceSampleTest {

  /** An image takes 0.45 MB, so that a few of them are too many. */
  private static final int SIDE = 192;

  private static final int CLASSES = 3;
  private static final int EACH = 4;
  private static final int IMAGES = CLASSES * EACH;
  private static final ModelCard CARD = ToyAudit.card(SIDE, 4);

  private static final String BATTERY =
      """
      schema: 1
      name: large
      metrics: [recall@1]
      attacks:
        - {attack: {type: fgsm}, epsilons: [1/255, 2/255, 4/255, 8/255]}
      worst_cases:
        - epsilons: [4/255]
          members: [{attack: {type: pgd, steps: 2}, objectives: [{type: margin}]}]
      """;

  @TempDir private static Path shared;

  private static Path data;

  @BeforeAll
  static void pictures() throws IOException {
    data = ToyAudit.pictures(shared.resolve("pictures"), CLASSES, EACH, ToyAudit.noise(SIDE));
  }

  private static Path audit(EvidenceMode mode, boolean reverse) {
    Path out = shared.resolve(mode.id() + reverse);
    try (EmbeddingModel model = new ToyModel(CARD)) {
      ToyAudit.run(model, data, BATTERY, 4, mode, reverse, out);
    }
    return out;
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static List<JsonNode> ofCells(Path out) throws IOException {
    JsonNode index =
        AuditFolder.MAPPER.readTree(Files.readAllBytes(out.resolve("evidence/index.json")));
    return index
        .valueStream()
        .filter(e -> e.get("file").stringValue().contains("_query_"))
        .filter(e -> e.get("file").stringValue().endsWith(".npz"))
        .toList();
  }

  @Test
  void a_sample_is_small_and_holds_the_same_queries_of_every_cell() throws IOException {
    Path all = audit(EvidenceMode.ALL, false);
    Path some = audit(EvidenceMode.of("auto"), true);
    assertThat(bytes(all.resolve("evidence"))).isGreaterThan(25_000_000);
    assertThat(bytes(some.resolve("evidence"))).isLessThan(12_500_000);
    assertThat(some.resolve("results.csv")).hasSameBinaryContentAs(all.resolve("results.csv"));
    assertThat(ofCells(all))
        .hasSize(5)
        .allSatisfy(entry -> assertThat(entry.get("sample").isNull()).isTrue());
    long[] kept = null;
    for (JsonNode entry : ofCells(some)) {
      String file = entry.get("file").stringValue();
      assertThat(entry.at("/sample/of").asInt()).isEqualTo(IMAGES);
      long[] ids = entry.at("/sample/ids").valueStream().mapToLong(id -> id.longValue()).toArray();
      assertThat(ids).as(file).hasSizeBetween(1, IMAGES - 1);
      // The rows of a cell have the order in which it was attacked.
      assertThat(ids).as(file).containsExactlyInAnyOrder(kept == null ? ids : kept);
      kept = ids;
      // What is kept is what was there.
      Map<String, NpyArray> sample = NpzReader.read(some.resolve("evidence").resolve(file));
      Map<String, NpyArray> whole = NpzReader.read(all.resolve("evidence").resolve(file));
      assertThat(sample.get("ids").longs()).isEqualTo(ids);
      List<Long> there = LongStream.of(whole.get("ids").longs()).boxed().toList();
      for (int row = 0; row < ids.length; row++) {
        for (String array : List.of("images", "embeddings")) {
          assertThat(row(sample.get(array), row, ids.length))
              .isEqualTo(row(whole.get(array), there.indexOf(ids[row]), IMAGES));
        }
      }
    }
  }

  private static float[] row(NpyArray array, int row, int rows) {
    int size = array.floats().length / rows;
    return Arrays.copyOfRange(array.floats(), row * size, (row + 1) * size);
  }
}
