package dev.holdfast.harness.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.holdfast.harness.runtime.ToyModel;
import dev.holdfast.models.EmbeddingModel;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.QueryRow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query whose clean embedding is not finite has missed everything, whatever is attacked. */
@Tag("native")
class NotFiniteTest {

  private static final int SIDE = 8;
  private static final int CLASSES = 3;
  private static final int EACH = 3;
  private static final String MARKED = "class-0/0.png";
  private static final ModelCard CARD = ToyAudit.card(SIDE, 6);

  private static final String BATTERY =
      """
      schema: 1
      name: sides
      metrics: [recall@1, map-at-r]
      attacks:
        - {attack: {type: fgsm}, objectives: [{type: embedding-shift}], epsilons: [4/255]}
        - {attack: {type: fgsm}, objectives: [{type: embedding-shift}], epsilons: [4/255], side: gallery}
      embeddings: [{attack: {type: int8-quantization}}, {attack: {type: int8-quantization}, side: gallery}]
      corruptions: [{ids: [contrast], severities: [1]}]
      """;

  /** Fails for images whose first pixel is white. */
  private static final class Failing extends ToyModel {

    Failing() {
      super(CARD);
    }

    @Override
    public NDArray embed(NDArray pixels) {
      NDArray first = pixels.get(":,0,0,0").lt(0.97f).toType(DataType.FLOAT32, false);
      // The logarithm of 1 is 0, that of 0 is not finite.
      return super.embed(pixels).add(first.log().reshape(-1, 1));
    }
  }

  private static BufferedImage picture(int label, int number) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < SIDE * SIDE; p++) {
      int level = 20 + 60 * label + 3 * number + p % (5 + label);
      image.setRGB(p % SIDE, p / SIDE, level << 16 | level << 8 | level);
    }
    if (label + number == 0) {
      image.setRGB(0, 0, 0xffffff);
    }
    return image;
  }

  @Test
  void it_has_missed_everything_whichever_side_is_attacked(@TempDir Path dir) throws IOException {
    Path data = ToyAudit.pictures(dir.resolve("data"), CLASSES, EACH, NotFiniteTest::picture);
    Path out = dir.resolve("out");
    try (EmbeddingModel model = new Failing()) {
      ToyAudit.run(model, data, BATTERY, 4, out);
    }
    List<QueryRow> rows;
    try (Stream<QueryRow> all = AuditFiles.readQueries(out)) {
      rows = all.toList();
    }
    List<QueryRow> unclear = rows.stream().filter(r -> r.path().equals(MARKED)).toList();
    assertThat(unclear.stream().map(QueryRow::cell).collect(Collectors.toSet())).hasSize(6);
    assertThat(unclear)
        .filteredOn(r -> !r.perturbation().equals("contrast"))
        .hasSize(5)
        .allSatisfy(
            r -> {
              assertThat(r.hits()).as(r.cell()).containsEntry(1, false);
              assertThat(r.rank()).as(r.cell()).isEqualTo(CLASSES * EACH);
            });
    // The others find each other, so that a miss is no matter of course.
    assertThat(rows)
        .filteredOn(r -> r.cell().equals("clean") && !r.path().equals(MARKED))
        .anySatisfy(r -> assertThat(r.hits()).containsEntry(1, true));
  }
}
