package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.corruption.Corruption;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CorruptCommandTest {

  @TempDir private Path folder;

  private Path in;

  @BeforeEach
  void draw() {
    in = World.images(folder.resolve("in"), 2, 2);
  }

  static List<String> corruptions() {
    return Corruption.all().stream().map(Corruption::id).toList();
  }

  private Cli corrupt(Path out, Object... more) {
    List<Object> words = new java.util.ArrayList<>(List.of("corrupt", "--in", in, "--out", out));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  @ParameterizedTest
  @MethodSource("corruptions")
  void every_image_has_a_corrupted_copy_of_its_size(String id) throws IOException {
    Path out = folder.resolve("out");
    Cli cli = corrupt(out, "--corruption", id, "--severity", 5).succeeds();
    assertThat(cli.out()).contains("4 images", "0 could not be read");
    assertThat(World.files(out)).isEqualTo(World.files(in));
    for (String file : World.files(out)) {
      BufferedImage before = ImageIO.read(in.resolve(file).toFile());
      BufferedImage after = ImageIO.read(out.resolve(file).toFile());
      assertThat(after.getWidth()).isEqualTo(before.getWidth());
      assertThat(after.getHeight()).isEqualTo(before.getHeight());
      int[] a = before.getRGB(0, 0, World.SIDE, World.SIDE, null, 0, World.SIDE);
      int[] b = after.getRGB(0, 0, World.SIDE, World.SIDE, null, 0, World.SIDE);
      assertThat(b).isNotEqualTo(a);
    }
  }

  @Test
  void the_seed_decides_what_is_random() {
    for (String name : List.of("a", "b")) {
      corrupt(folder.resolve(name), "--corruption", "gaussian-noise", "--seed", -3).succeeds();
    }
    corrupt(folder.resolve("c"), "--corruption", "gaussian-noise", "--seed", 4).succeeds();
    for (String file : World.files(in)) {
      byte[] a = World.bytes(folder.resolve("a").resolve(file));
      assertThat(World.bytes(folder.resolve("b").resolve(file))).isEqualTo(a);
      assertThat(World.bytes(folder.resolve("c").resolve(file))).isNotEqualTo(a);
    }
  }

  @Test
  void an_image_of_one_pixel_is_no_problem() {
    World.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", in.resolve("dot.png"));
    for (String id : corruptions()) {
      corrupt(folder.resolve(id), "--corruption", id, "--severity", 5).succeeds();
    }
  }

  @Test
  void a_broken_image_is_named_and_counted() {
    World.write(in.resolve("class-a/broken.png"), "no image");
    Cli cli = corrupt(folder.resolve("out"), "--corruption", "contrast").succeeds();
    assertThat(cli.out()).contains("4 images", "1 could not be read");
    assertThat(cli.err()).contains("Not read: class-a", "broken.png");
  }

  @Test
  void images_that_would_become_one_file_are_refused() {
    World.write(
        new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "bmp", in.resolve("class-a/0.bmp"));
    corrupt(folder.resolve("out"), "--corruption", "contrast")
        .refuses(Holdfast.INPUT, "0.bmp", "0.png", "rename one of them");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void originals_are_never_overwritten() throws IOException {
    corrupt(in, "--corruption", "contrast").refuses(Holdfast.INPUT, "lie outside of the images");
    corrupt(in.resolve("class-a/deeper"), "--corruption", "contrast")
        .refuses(Holdfast.INPUT, "lie outside");
    Path link = Files.createSymbolicLink(folder.resolve("link"), in);
    corrupt(link, "--corruption", "contrast").refuses(Holdfast.INPUT, "lie outside");
    corrupt(link.resolve("below"), "--corruption", "contrast")
        .refuses(Holdfast.INPUT, "lie outside");
    assertThat(World.files(in)).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--corruption gausian-noise|gausian-noise|you meant gaussian-noise",
        "--corruption contrast --severity 6|severity (6)|1, 2, 3, 4 or 5",
        "--corruption contrast --severity 0|severity (0)|1, 2, 3, 4 or 5",
        "--corruption contrast --dialect hendriks-32|dialect (hendriks-32)|you meant hendrycks-32"
      })
  void refuses(String words, String what, String advice) {
    corrupt(folder.resolve("out"), (Object[]) words.split(" "))
        .refuses(Holdfast.INPUT, what, advice);
  }

  @Test
  void refuses_folders_without_images() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Cli.run("corrupt", "--in", empty, "--out", folder.resolve("o"), "--corruption", "contrast")
        .refuses(Holdfast.INPUT, "must hold images");
    Cli.run("corrupt", "--in", folder.resolve("no"), "--out", empty, "--corruption", "contrast")
        .refuses(Holdfast.INPUT, "must be a folder");
  }
}
