package dev.holdfast.reports.html;

import dev.holdfast.reports.result.Example;
import dev.holdfast.reports.result.Neighbor;
import dev.holdfast.reports.table.Labels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The shown queries, grouped by what was done to them, with their images inlined.
 *
 * @param groups in the order of the entries
 * @param reduced whether images are smaller than on disk
 */
record Gallery(List<Group> groups, boolean reduced) {

  /** Queries of one perturbation. */
  record Group(String title, List<Query> queries) {}

  /** One query. */
  record Query(
      String path,
      String label,
      int rankClean,
      int rank,
      String clean,
      String perturbed,
      String difference,
      String magnification,
      List<Item> before,
      List<Item> after) {}

  /** One neighbor. */
  record Item(String image, String path, String label, boolean relevant, String distance) {}

  static Gallery of(List<Example> shown, Path folder) {
    List<String> own = shown.stream().flatMap(Gallery::own).toList();
    List<String> neighbors =
        shown.stream()
            .flatMap(entry -> Stream.concat(entry.before().stream(), entry.after().stream()))
            .map(Neighbor::image)
            .toList();
    Images images = Images.load(folder, own, neighbors);
    Map<String, List<Query>> groups = new LinkedHashMap<>();
    for (Example entry : shown) {
      groups
          .computeIfAbsent(entry.title(), title -> new ArrayList<>())
          .add(
              new Query(
                  entry.path(),
                  entry.label(),
                  entry.rankClean(),
                  entry.rank(),
                  images.own(entry.cleanImage()),
                  images.own(entry.perturbedImage()),
                  images.own(entry.differenceImage()),
                  Labels.plain(entry.magnification()),
                  entry.before().stream().map(item -> item(item, images)).toList(),
                  entry.after().stream().map(item -> item(item, images)).toList()));
    }
    List<Group> list = new ArrayList<>();
    groups.forEach((title, queries) -> list.add(new Group(title, queries)));
    return new Gallery(list, images.reduced());
  }

  private static Stream<String> own(Example entry) {
    return Stream.of(entry.cleanImage(), entry.perturbedImage(), entry.differenceImage());
  }

  private static Item item(Neighbor neighbor, Images images) {
    return new Item(
        images.neighbor(neighbor.image()),
        neighbor.path(),
        neighbor.label(),
        neighbor.relevant(),
        Double.isFinite(neighbor.distance())
            ? String.format(Locale.ROOT, "%.3f", neighbor.distance())
            : Labels.NOTHING);
  }
}
