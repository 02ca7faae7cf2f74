package dev.holdfast.harness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import dev.holdfast.harness.runtime.ToyModel;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.InputGradient;
import dev.holdfast.models.card.ModelCard;
import dev.holdfast.reports.AuditFiles;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Provenance;
import dev.holdfast.reports.result.QueryRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an audit says that it cost, against a model that counts by itself. */
@Tag("native")
class CostTest {

  private static final int CLASSES = 4;
  private static final int EACH = 4;
  private static final int IMAGES = CLASSES * EACH;
  private static final int BATCH = 5;
  private static final int SIDE = 8;
  private static final ModelCard CARD = ToyAudit.card(SIDE, 6);

  private static final String ATTACKS =
      """
      schema: 1
      name: costs
      metrics: [recall@1]
      attacks:
        - {attack: {type: fgsm}, epsilons: [4/255]}
        - {attack: {type: pgd, steps: 3, restarts: 2}, objectives: [{type: single-target}], epsilons: [4/255]}
        - {attack: {type: pgd, steps: 9}, objectives: [{type: margin}], epsilons: [16/255], stop: broken}
        - {attack: {type: apgd, steps: 5}, objectives: [{type: margin}], epsilons: [8/255], stop: broken}
        - {attack: {type: mi-fgsm, steps: 3}, objectives: [{type: qa-plus}], epsilons: [4/255]}
        - {attack: {type: di-fgsm, steps: 3}, objectives: [{type: gtm}], epsilons: [4/255], side: both}
        - {attack: {type: fmn, steps: 4}, objectives: [{type: margin}], norm: l2, epsilons: [10]}
        - {attack: {type: cw, steps: 3, searches: 2}, objectives: [{type: margin}], norm: l2, epsilons: [10]}
        - {attack: {type: square, queries: 7}, objectives: [{type: margin}], epsilons: [8/255], stop: broken}
        - {attack: {type: nes, steps: 2, samples: 4}, epsilons: [8/255]}
        - {attack: {type: spsa, steps: 2, samples: 4}, epsilons: [8/255]}
        - {attack: {type: hop-skip-jump, queries: 40, samples: 8, starts: 3}, objectives: [{type: margin}], norm: l2, epsilons: [4]}
      """;

  private static final String MORE =
      """
      worst_cases:
        - epsilons: [4/255]
          members:
            - {attack: {type: apgd, steps: 3}, objectives: [{type: margin}]}
            - {attack: {type: square, queries: 6}, objectives: [{type: margin}]}
      corruptions:
        - {ids: [contrast, gaussian-noise], severities: [2]}
      embeddings:
        - {attack: {type: boundary-distance}}
      """;

  @TempDir private static Path shared;

  private static Path data;

  /** An audit without padding: its folder, what it says that it cost, and what it did cost. */
  private static Path one;

  private static Provenance books;
  private static long forwards;
  private static long backwards;

  @BeforeAll
  static void audit_once() throws IOException {
    data = ToyAudit.pictures(shared.resolve("pictures"), CLASSES, EACH, ToyAudit.noise(SIDE));
    one = shared.resolve("one");
    try (Counted model = new Counted()) {
      books = audit(model, ATTACKS + MORE, 1, one).provenance();
      forwards = model.forwards;
      backwards = model.backwards;
    }
  }

  /** A model that counts its rows, apart from what the audit counts. */
  private static final class Counted extends ToyModel {

    private long forwards;
    private long backwards;

    Counted() {
      super(CARD);
    }

    @Override
    public NDArray embed(NDArray pixels) {
      forwards += pixels.size(0);
      return super.embed(pixels);
    }

    @Override
    public InputGradient gradient(NDArray pixels, UnaryOperator<NDArray> loss) {
      forwards += pixels.size(0);
      backwards += pixels.size(0);
      return super.gradient(pixels, loss);
    }
  }

  private static Audit audit(Counted model, String battery, int batchSize, Path out) {
    return ToyAudit.run(model, data, battery, batchSize, out);
  }

  private static List<QueryRow> queries(Path out) {
    try (Stream<QueryRow> rows = AuditFiles.readQueries(out)) {
      return rows.toList();
    }
  }

  @Test
  void without_padding_every_pass_of_the_model_is_in_the_books() {
    assertThat(books.forwards() + books.trustForwards()).isEqualTo(forwards);
    assertThat(books.backwards() + books.trustBackwards()).isEqualTo(backwards);
    assertThat(books.trustForwards()).isPositive();
    assertThat(books.trustBackwards()).isPositive();
  }

  @Test
  void padding_is_nobodys_cost_and_a_finished_audit_asks_nothing() {
    Path five = shared.resolve("five");
    Audit first;
    try (Counted model = new Counted()) {
      first = audit(model, ATTACKS + MORE, BATCH, five);
      Provenance padded = first.provenance();
      assertThat(padded.forwards()).isEqualTo(books.forwards());
      assertThat(padded.backwards()).isEqualTo(books.backwards());
      assertThat(model.forwards).isGreaterThan(padded.forwards() + padded.trustForwards());
    }
    List<QueryRow> alone = queries(one);
    List<QueryRow> together = queries(five);
    assertThat(together).hasSameSizeAs(alone);
    for (int i = 0; i < alone.size(); i++) {
      assertThat(cost(together.get(i))).isEqualTo(cost(alone.get(i)));
    }
    try (Counted idle = new Counted()) {
      Audit again = audit(idle, ATTACKS + MORE, BATCH, five);
      assertThat(idle.forwards).isZero();
      assertThat(again.trust()).isEqualTo(first.trust());
      assertThat(again.provenance().forwards()).isEqualTo(first.provenance().forwards());
      assertThat(again.provenance().trustForwards()).isEqualTo(first.provenance().trustForwards());
    }
  }

  @Test
  void trust_checks_may_take_a_base_and_a_tenth_of_what_the_cells_take() {
    // Their planned cost stands for them: early exits only make them cheaper.
    long cells = books.forwards() + books.backwards();
    assertThat(books.trustForwards() + books.trustBackwards()).isLessThan(6000 + cells / 10);
  }

  private static List<Object> cost(QueryRow row) {
    return List.of(row.cell(), row.id(), row.steps(), row.forwards(), row.backwards());
  }

  @Test
  void the_books_are_the_sum_over_the_queries() {
    // All images are queries, so that an attack on both sides costs what its queries cost.
    List<QueryRow> rows = queries(one);
    assertThat(books.forwards()).isEqualTo(rows.stream().mapToLong(QueryRow::forwards).sum());
    assertThat(books.backwards()).isEqualTo(rows.stream().mapToLong(QueryRow::backwards).sum());
  }

  @Test
  void clean_embeddings_are_computed_once_for_all_attacks() {
    try (Counted model = new Counted()) {
      String single = ATTACKS.substring(0, ATTACKS.indexOf("  - {attack: {type: pgd"));
      Provenance little = audit(model, single, 1, shared.resolve("few")).provenance();
      // Every image once, and FGSM with the pass that judges it.
      assertThat(little.forwards()).isEqualTo(IMAGES + 2L * IMAGES);
      assertThat(books.trustForwards()).isLessThan(2 * little.trustForwards());
      long ofCells =
          queries(one).stream()
              .filter(row -> !row.cell().equals("clean"))
              .mapToLong(QueryRow::forwards)
              .sum();
      assertThat(forwards - books.trustForwards() - ofCells).isEqualTo(IMAGES);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: multi-target, targets: 14} | query | targets (14) of objective multi-target must be at most",
        "{type: unadversarial} | gallery | of objective unadversarial must have another item in the gallery"
      })
  void what_cannot_work_is_refused_before_the_model_is_asked(
      String objective, String side, String message) throws IOException {
    Path lone = Files.createDirectories(shared.resolve("lone-" + side).resolve("class-lone"));
    for (int label = 0; label < CLASSES; label++) {
      Path folder = Files.createDirectories(lone.resolveSibling("class-" + label));
      for (int number = 0; number < EACH; number++) {
        String name = number + ".png";
        Files.copy(data.resolve("class-" + label).resolve(name), folder.resolve(name));
      }
    }
    Files.copy(data.resolve("class-0").resolve("0.png"), lone.resolve("only.png"));
    String battery =
        "schema: 1\nname: wrong\nattacks: [{attack: {type: pgd}, objectives: [%s], epsilons: [1/255], side: %s}]\n"
            .formatted(objective, side);
    Path out = shared.resolve("wrong-" + side);
    try (Counted model = new Counted()) {
      assertThatThrownBy(() -> ToyAudit.run(model, lone.getParent(), battery, 1, out))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(message)
          .hasMessageContaining("Maybe ");
      assertThat(model.forwards).isZero();
    }
    assertThat(out).doesNotExist();
  }
}
