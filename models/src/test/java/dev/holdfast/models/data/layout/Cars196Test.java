package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.image.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Struct;

class Cars196Test implements OfficialLayoutContract {

  private static final int CLASSES = 196;

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new Cars196();
  }

  @Override
  public String folder() {
    return "cars196";
  }

  @Override
  public List<String> classes() {
    return List.of(
        "001.Make Model 1 2012",
        "098.Make Model 98 2012",
        "099.Make Model 99 2012",
        "196.Make Model 196 2012");
  }

  @Override
  public Map<String, Integer> splits() {
    return Map.of("train", 6, "test", 6);
  }

  @Override
  public int testImages() {
    return 8131;
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    int[] labels = {196, 1, 98, 99, 1, 98, 99, 196, 98, 196, 99, 1};
    for (int i = 0; i < labels.length; i++) {
      Fixtures.writeJpeg(target.resolve("car_ims/%06d.jpg".formatted(i + 1)), i);
    }
    writeAnnotations(target, labels);
    return target;
  }

  @Override
  public Path writeLists(Path target, int missing) throws IOException {
    int[] labels = new int[8054 + 8131 - missing];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i < 8054 ? 1 + i % 98 : 99 + i % 98;
    }
    writeAnnotations(target, labels);
    return target;
  }

  /** Arrays with the fields and the types that the file of the data set has. */
  private static void writeAnnotations(Path target, int[] labels) throws IOException {
    Struct annotations = Mat5.newStruct(1, labels.length);
    for (int i = 0; i < labels.length; i++) {
      annotations.set("relative_im_path", i, Mat5.newString("car_ims/%06d.jpg".formatted(i + 1)));
      for (String box : List.of("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2")) {
        annotations.set(box, i, Mat5.newScalar(9));
      }
      annotations.set("class", i, Mat5.newScalar(labels[i]));
      annotations.set("test", i, Mat5.newLogicalScalar(i % 2 == 0));
    }
    Cell names = Mat5.newCell(1, CLASSES);
    for (int i = 0; i < CLASSES; i++) {
      names.set(i, Mat5.newString("Make Model " + (i + 1) + " 2012"));
    }
    Files.createDirectories(target);
    try (Mat5File file = Mat5.newMatFile()) {
      file.addArray("annotations", annotations).addArray("class_names", names);
      Mat5.writeToFile(file, target.resolve("cars_annos.mat").toFile());
    }
  }

  @Test
  void reads_folders_of_classes() throws IOException {
    Path data = dir.resolve("cars196");
    int seed = 0;
    List<String> names =
        List.of(
            "AM General Hummer SUV 2000",
            "Acura RL Sedan 2012",
            "FIAT 500 Abarth 2012",
            "Volvo 240 Sedan 1993");
    for (String name : names) {
      Fixtures.writeJpeg(data.resolve("images").resolve(name).resolve("1.jpg"), ++seed);
      Fixtures.writeJpeg(data.resolve("images").resolve(name).resolve("2.jpg"), ++seed);
    }

    assertThat(DatasetLayout.detect(data)).isEqualTo(layout());
    assertThat(Splits.apply(read(data), "train", null).classNames())
        .containsExactlyElementsOf(names.subList(0, 2));
    assertThat(Splits.apply(read(data), null, null).classNames())
        .containsExactlyElementsOf(names.subList(2, 4));
    assertThatThrownBy(() -> layout().read(data))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("4 train images")
        .hasMessageContaining("8054 train images");
  }

  @Test
  void refuses_annotations_that_are_cut_off_or_none() throws IOException {
    Path file = writeTwelveImages(dir).resolve("cars_annos.mat");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(dir))
          .as("cut to %d", length)
          .isInstanceOf(InputException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("MATLAB 5 file")
          .hasMessageNotContaining("Exception");
    }
    try (Mat5File other = Mat5.newMatFile()) {
      other.addArray("something", Mat5.newScalar(1));
      Mat5.writeToFile(other, file.toFile());
    }
    assertThatThrownBy(() -> read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("annotations");
  }

  @Test
  void some_of_the_folders_are_on_the_side_where_all_of_them_are() {
    Path data = dir.resolve("cars196");
    int seed = 0;
    for (String name :
        List.of(
            "Eagle Talon Hatchback 1998",
            "FIAT 500 Abarth 2012",
            "HUMMER H2 SUT Crew Cab 2009",
            "Volvo 240 Sedan 1993",
            "smart fortwo Convertible 2012")) {
      Fixtures.writeJpeg(data.resolve("images").resolve(name).resolve("1.jpg"), ++seed);
    }

    assertThat(Splits.apply(read(data), null, null).classNames())
        .hasSize(4)
        .doesNotContain("Eagle Talon Hatchback 1998");
  }

  @Test
  void names_the_newer_format_of_annotations() throws IOException {
    Path file = writeTwelveImages(dir).resolve("cars_annos.mat");
    Fixtures.writeText(file, "MATLAB 7.3 MAT-file, Platform: GLNXA64".concat(" ".repeat(600)));

    assertThatThrownBy(() -> read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("save it again with the option -v7");
  }
}
