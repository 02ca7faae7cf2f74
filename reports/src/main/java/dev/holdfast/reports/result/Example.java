package dev.holdfast.reports.result;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An example: a query that the report shows, its images, and what was nearest to it before and
 * after. Images are file names inside {@code evidence/shown}.
 *
 * @param cell id of the cell
 * @param title what was done, such as {@code pgd-linf embedding-shift 8/255}
 * @param path relative to the root of the data
 * @param label class name
 * @param rankClean rank of the first relevant item before, from 1
 * @param rank the same under the perturbation
 * @param cleanImage the image that was attacked
 * @param perturbedImage the image after it
 * @param differenceImage their difference times {@code magnification}, gray where nothing changed
 * @param magnification factor of the difference image
 * @param before nearest items of the gallery before, nearest first
 * @param after nearest items of the gallery after, nearest first
 */
public record Example(
    String cell,
    String title,
    String path,
    String label,
    int rankClean,
    int rank,
    String cleanImage,
    String perturbedImage,
    String differenceImage,
    double magnification,
    List<Neighbor> before,
    List<Neighbor> after) {

  /** Copies the lists. */
  public Example {
    Objects.requireNonNull(cell, "cell");
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /** Returns the names of all images. */
  public Stream<String> images() {
    return Stream.concat(
        Stream.of(cleanImage, perturbedImage, differenceImage),
        Stream.concat(before.stream(), after.stream()).map(Neighbor::image));
  }
}
