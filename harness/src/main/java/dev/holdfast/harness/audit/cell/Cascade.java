package dev.holdfast.harness.audit.cell;

import dev.holdfast.harness.outcome.CellOutcome;
import dev.holdfast.harness.outcome.PerturbationResult;
import dev.holdfast.harness.plan.AttackCell;
import dev.holdfast.harness.plan.WorstCaseCell;
import dev.holdfast.harness.retrieval.DrawSearch;
import dev.holdfast.harness.retrieval.Trials;
import dev.holdfast.harness.runtime.SpillFile;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.QueryResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Runs the attacks of a worst case one after the other. A query that is wrong without an attack is
 * not attacked; one that an attack has broken, by the exact search, leaves, or with an ablation
 * stays for the members that have not broken it. One that is broken under a smaller budget is taken
 * over as it is: its image lies inside the larger one. What an attack does to a query depends on
 * neither the attacks before it nor the other queries, so an ablation changes nothing but what is
 * known.
 */
final class Cascade {

  private final WorstCaseCell cell;
  private final Trials trials;
  private final DrawSearch retrieval;
  private final int[] queries;
  private final EmbeddingSet clean;

  // One entry for each query.
  private final int[][] trialsOf;
  private final PerturbationResult state;
  private final boolean[] perturbed;
  private int overBudget;

  // One entry for each trial.
  private final int[] rank;
  private final List<List<String>> brokenBy = new ArrayList<>();

  /**
   * @param queries items, as trials number them
   * @param clean their clean embeddings
   * @param isFinite which of those are numbers
   * @param ranks of the first relevant item without an attack, for each trial
   */
  Cascade(
      WorstCaseCell cell,
      Trials trials,
      DrawSearch retrieval,
      int[] queries,
      EmbeddingSet clean,
      boolean[] isFinite,
      int[] ranks) {
    this.cell = cell;
    this.trials = trials;
    this.retrieval = retrieval;
    this.queries = queries;
    this.clean = clean;
    this.state = PerturbationResult.untouched(clean.with(clean.values().clone()), isFinite.clone());
    this.perturbed = new boolean[queries.length];
    this.rank = ranks.clone();
    List<IntStream.Builder> lists =
        Arrays.stream(queries).mapToObj(q -> IntStream.builder()).toList();
    for (int t = 0; t < trials.size(); t++) {
      lists.get(trials.queries()[t]).add(t);
      brokenBy.add(new ArrayList<>(rank[t] > cell.k() ? List.of(CellOutcome.CLEAN) : List.of()));
    }
    this.trialsOf = lists.stream().map(list -> list.build().toArray()).toArray(int[][]::new);
  }

  /**
   * Takes over what is broken under a smaller budget.
   *
   * @param images of that
   * @param file gets them
   */
  void takeOver(Cascade below, SpillFile images, SpillFile file) throws IOException {
    for (int t = 0; t < trials.size(); t++) {
      List<String> by = below.brokenBy.get(t);
      if (by.isEmpty() || by.contains(CellOutcome.CLEAN)) {
        continue;
      }
      for (String member : by) {
        brokenBy.get(t).add(CellOutcome.under(member, below.cell.threat().epsilon()));
      }
      rank[t] = below.rank[t];
      int query = trials.queries()[t];
      if (!perturbed[query]) {
        take(query, below.state, query);
        file.write(query, images.read(query), 0);
      }
    }
  }

  /** Hears how many images of how many an attack has behind it. */
  @FunctionalInterface
  interface Progress {
    void step(int attack, int done, int of);
  }

  /**
   * Runs every member.
   *
   * @param order in which queries are attacked; nothing depends on it
   * @param values numbers in an image
   * @param file gets the last image of each query that was attacked before it was broken
   */
  void run(Perturber perturber, int[] order, int values, SpillFile file, Progress progress)
      throws IOException {
    int number = 0;
    for (WorstCaseCell.Member member : cell.members()) {
      for (AttackCell attack : member.attacks()) {
        int[] asked = Arrays.stream(order).filter(q -> isAsked(q, member.name())).toArray();
        if (asked.length > 0) {
          run(perturber, member.name(), attack, asked, values, file, progress, number);
        }
        number++;
      }
    }
  }

  private void run(
      Perturber perturber,
      String member,
      AttackCell attack,
      int[] asked,
      int values,
      SpillFile file,
      Progress progress,
      int number)
      throws IOException {
    PerturbationResult made =
        perturber.perturb(
            attack,
            Arrays.stream(asked).map(q -> queries[q]).toArray(),
            clean.select(asked),
            (start, count, before, after) -> {
              for (int i = 0; i < count; i++) {
                if (survives(asked[start + i])) {
                  file.write(asked[start + i], after, i * values);
                }
              }
              progress.step(number, start + count, asked.length);
            });
    keep(asked, made);
    judge(member, asked, made);
  }

  /** Whether a member attacks a query: in one draw at least, something is left to break. */
  private boolean isAsked(int query, String member) {
    return Arrays.stream(trialsOf[query])
        .mapToObj(brokenBy::get)
        .anyMatch(
            by ->
                cell.ablation()
                    ? !by.contains(CellOutcome.CLEAN) && !by.contains(member)
                    : by.isEmpty());
  }

  private boolean survives(int query) {
    return Arrays.stream(trialsOf[query]).anyMatch(t -> brokenBy.get(t).isEmpty());
  }

  private void keep(int[] asked, PerturbationResult made) {
    for (int i = 0; i < asked.length; i++) {
      int query = asked[i];
      if (survives(query)) {
        take(query, made, i);
      }
      state.steps()[query] += made.steps()[i];
      state.forwards()[query] += made.forwards()[i];
      state.backwards()[query] += made.backwards()[i];
    }
    overBudget += made.overBudget();
  }

  private void take(int query, PerturbationResult from, int row) {
    int dimension = clean.dimension();
    System.arraycopy(
        from.embeddings().values(),
        row * dimension,
        state.embeddings().values(),
        query * dimension,
        dimension);
    perturbed[query] = true;
    state.finite()[query] = from.finite()[row];
    state.distanceMoved()[query] = from.distanceMoved()[row];
    state.linf()[query] = from.linf()[row];
    state.l2()[query] = from.l2()[row];
  }

  private void judge(String member, int[] asked, PerturbationResult made) {
    int[] place = new int[queries.length];
    Arrays.fill(place, -1);
    for (int i = 0; i < asked.length; i++) {
      place[asked[i]] = i;
    }
    // In their order, which is by draws.
    int[] trial =
        IntStream.range(0, trials.size()).filter(t -> place[trials.queries()[t]] >= 0).toArray();
    int[] row = Arrays.stream(trial).map(t -> place[trials.queries()[t]]).toArray();
    int[] draws = Arrays.stream(trial).map(t -> trials.draws()[t]).toArray();
    List<QueryResult> results =
        retrieval.search(new Trials(row, draws, trials.count()), made.embeddings());
    for (int i = 0; i < trial.length; i++) {
      int t = trial[i];
      int now =
          made.finite()[row[i]]
              ? results.get(i).firstRelevantRank()
              : retrieval.gallery(trials.draws()[t]).length;
      List<String> by = brokenBy.get(t);
      boolean first = by.isEmpty();
      if (first) {
        rank[t] = now;
      }
      if (now > cell.k() && (first || (cell.ablation() && !settled(by, member)))) {
        by.add(member);
      }
    }
  }

  private static boolean settled(List<String> by, String member) {
    return by.contains(CellOutcome.CLEAN) || by.contains(member);
  }

  /** Returns the state of each query under what broke it, or under the last attack. */
  PerturbationResult set() {
    return state.concluded(overBudget, Map.of(), Map.of());
  }

  /** Tells whether any attack has touched a query. */
  boolean isPerturbed(int query) {
    return perturbed[query];
  }

  /** Returns for each trial the rank of the first relevant item under what broke it, or last. */
  int[] ranks() {
    return rank;
  }

  /** Returns for each trial what broke it; see {@link CellOutcome#brokenBy}. */
  List<List<String>> brokenBy() {
    return brokenBy;
  }
}
