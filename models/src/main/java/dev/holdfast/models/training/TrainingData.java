package dev.holdfast.models.training;

/**
 * How much there is to train on.
 *
 * @param classes to train on
 * @param images of these classes
 * @param singles those of the classes that have one image, whose only positive is itself
 * @param classesHeldOut for validation
 * @param imagesHeldOut of these classes
 */
public record TrainingData(
    int classes, int images, int singles, int classesHeldOut, int imagesHeldOut) {

  static TrainingData of(ClassSplit split, TrainingImages images) {
    return new TrainingData(
        split.training().size(),
        split.training().stream().mapToInt(c -> c.length).sum(),
        (int) split.training().stream().filter(c -> c.length == 1).count(),
        (int) split.validation().stream().mapToLong(images::label).distinct().count(),
        split.validation().size());
  }

  /** Returns the numbers in words. */
  public String sentence() {
    return "%d classes with %d images to train on%s; %s."
        .formatted(
            classes,
            images,
            singles == 0
                ? ""
                : ", %d of them with one image alone, which has no other to be close to"
                    .formatted(singles),
            classesHeldOut == 0
                ? "none held out"
                : "%d with %d held out for validation".formatted(classesHeldOut, imagesHeldOut));
  }
}
