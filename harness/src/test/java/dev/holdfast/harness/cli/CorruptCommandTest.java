package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.attacks.corruption.Corruption;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorruptCommandTest {

  @TempDir private Path folder;

  private Path in;

  @BeforeEach
  void draw() {
    in = World.images(folder.resolve("in"), 2, 2);
  }

  private static String everything() {
    return Corruption.all().stream().map(Corruption::id).collect(Collectors.joining(","));
  }

  private Cli corrupt(Path out, Object... more) {
    List<Object> words = new java.util.ArrayList<>(List.of("corrupt", "--in", in, "--out", out));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  @Test
  void every_image_has_a_corrupted_copy_of_its_size() throws IOException {
    Path out = folder.resolve("out");
    Cli cli = corrupt(out, "--corruption", everything(), "--severity", 5).succeeds();
    assertThat(cli.out()).contains("4 images", "0 could not be read");
    for (Corruption corruption : Corruption.all()) {
      Path copies = out.resolve(corruption.id()).resolve("5");
      assertThat(World.files(copies)).isEqualTo(World.files(in));
      for (String file : World.files(copies)) {
        BufferedImage before = ImageIO.read(in.resolve(file).toFile());
        BufferedImage after = ImageIO.read(copies.resolve(file).toFile());
        assertThat(after.getWidth()).isEqualTo(before.getWidth());
        assertThat(after.getHeight()).isEqualTo(before.getHeight());
        int[] a = before.getRGB(0, 0, World.SIDE, World.SIDE, null, 0, World.SIDE);
        int[] b = after.getRGB(0, 0, World.SIDE, World.SIDE, null, 0, World.SIDE);
        assertThat(b).as("%s of %s", corruption.id(), file).isNotEqualTo(a);
      }
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

  @Test
  void several_corruptions_and_severities_go_into_folders_of_their_own() {
    Path out = folder.resolve("out");
    Cli cli =
        corrupt(out, "--corruption", "fog,contrast", "--family", "digital", "--severity", "2,4")
            .succeeds();
    List<String> expected = new ArrayList<>();
    for (String id :
        List.of("contrast", "elastic-transform", "fog", "jpeg-compression", "pixelate")) {
      for (int severity : new int[] {2, 4}) {
        World.files(in).forEach(file -> expected.add(id + "/" + severity + "/" + file));
      }
    }
    assertThat(World.files(out)).isEqualTo(expected);
    assertThat(cli.out()).contains("40 copies of 4 images in", "dialect hendrycks-32: 4 images");
    corrupt(folder.resolve("one"), "--corruption", "fog", "--severity", 4).succeeds();
    for (String file : World.files(in)) {
      assertThat(World.bytes(folder.resolve("one").resolve(file)))
          .isEqualTo(World.bytes(out.resolve("fog/4").resolve(file)));
    }
    corrupt(folder.resolve("all"), "--corruption", "contrast", "--severity", "all").succeeds();
    assertThat(World.files(folder.resolve("all"))).hasSize(5 * 4);
  }

  @Test
  void numbers_of_threads_change_nothing() {
    for (int threads : new int[] {1, 2, 4}) {
      Path out = folder.resolve("t" + threads);
      corrupt(out, "--corruption", everything(), "--threads", threads).succeeds();
      assertThat(World.files(out)).hasSize(4 * Corruption.all().size());
      for (String file : World.files(out)) {
        assertThat(World.bytes(out.resolve(file)))
            .as("%s by %d threads", file, threads)
            .isEqualTo(World.bytes(folder.resolve("t1").resolve(file)));
      }
    }
  }

  @Test
  void the_sheet_shows_the_first_image_under_everything() throws IOException {
    Path sheet = folder.resolve("sheets/sheet.png");
    Cli cli =
        corrupt(
                folder.resolve("out"),
                "--corruption",
                "contrast,gaussian-noise",
                "--severity",
                "1,5",
                "--sheet",
                sheet)
            .succeeds();
    assertThat(cli.out()).contains("contact sheet in " + sheet);
    BufferedImage picture = ImageIO.read(sheet.toFile());
    int zoom = 6;
    int tile = zoom * World.SIDE;
    int left = picture.getWidth() - 3 * (tile + 6);
    int top = 22;
    assertThat(picture.getHeight()).isEqualTo(top + 2 * (tile + 6));
    String first = World.files(in).get(0);
    List<Path> shown =
        List.of(
            in.resolve(first),
            folder.resolve("out/contrast/1").resolve(first),
            folder.resolve("out/contrast/5").resolve(first),
            in.resolve(first),
            folder.resolve("out/gaussian-noise/1").resolve(first),
            folder.resolve("out/gaussian-noise/5").resolve(first));
    for (int i = 0; i < shown.size(); i++) {
      BufferedImage copy = ImageIO.read(shown.get(i).toFile());
      for (int y = 0; y < tile; y++) {
        for (int x = 0; x < tile; x++) {
          assertThat(picture.getRGB(left + i % 3 * (tile + 6) + x, top + i / 3 * (tile + 6) + y))
              .isEqualTo(copy.getRGB(x / zoom, y / zoom));
        }
      }
    }
    // Labels: ink on the left of each row, and over each column.
    for (int row = 0; row < 2; row++) {
      assertThat(ink(picture, 0, top + row * (tile + 6), left, tile)).isGreaterThan(100);
    }
    for (int column = 0; column < 3; column++) {
      assertThat(ink(picture, left + column * (tile + 6), 0, tile, top)).isGreaterThan(20);
    }
    corrupt(folder.resolve("o"), "--corruption", "contrast", "--sheet", in.resolve("s.png"))
        .refuses(Holdfast.INPUT, "sheet", "lie outside of the images");
  }

  private static int ink(BufferedImage picture, int left, int top, int width, int height) {
    int count = 0;
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        count += (picture.getRGB(x, y) & 0xff) < 0x80 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void pictures_of_frost_are_used_and_named() {
    Path frost = folder.resolve("frost");
    for (int i = 1; i <= 5; i++) {
      BufferedImage white = new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 60 * 50; p++) {
        white.setRGB(p % 60, p / 60, 0xffffff);
      }
      World.write(white, "png", frost.resolve("frost" + i + ".png"));
    }
    Cli drawn = corrupt(folder.resolve("drawn"), "--corruption", "frost").succeeds();
    assertThat(drawn.out()).contains("dialect hendrycks-32 frost=procedural: 4 images");
    Cli given =
        corrupt(folder.resolve("given"), "--corruption", "frost", "--frost-dir", frost).succeeds();
    assertThat(given.out()).containsPattern("hendrycks-32 frost=photographs-[0-9a-f]{8}: 4 images");
    for (String file : World.files(in)) {
      assertThat(World.bytes(folder.resolve("given").resolve(file)))
          .isNotEqualTo(World.bytes(folder.resolve("drawn").resolve(file)));
    }
    corrupt(folder.resolve("o"), "--corruption", "frost", "--frost-dir", in)
        .refuses(Holdfast.INPUT, "frost-dir", "there is no frost1");
  }

  /** Lines of one pixel, and black, under everything; a line that no square of fog can cover. */
  @Test
  void strange_images_are_copied_or_named() throws IOException {
    Path strange = folder.resolve("strange");
    World.write(
        new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", strange.resolve("a.png"));
    World.write(
        new BufferedImage(40, 1, BufferedImage.TYPE_INT_RGB), "png", strange.resolve("b.png"));
    World.write(
        new BufferedImage(1, 40, BufferedImage.TYPE_INT_RGB), "png", strange.resolve("c.png"));
    World.write(
        new BufferedImage(30, 30, BufferedImage.TYPE_INT_RGB), "png", strange.resolve("d.png"));
    Path out = folder.resolve("out");
    Cli.run(
            "corrupt",
            "--in",
            strange,
            "--out",
            out,
            "--corruption",
            everything(),
            "--severity",
            "1,5")
        .succeeds();
    assertThat(World.files(out)).hasSize(4 * 2 * Corruption.all().size());
    // Nothing that only multiplies or blurs makes light.
    for (String id : List.of("contrast", "zoom-blur", "fog", "speckle-noise")) {
      BufferedImage black = ImageIO.read(out.resolve(id + "/5/d.png").toFile());
      assertThat(black.getRGB(0, 0, 30, 30, null, 0, 30)).as(id).containsOnly(0xff000000);
    }
    World.write(
        new BufferedImage(20_000, 1, BufferedImage.TYPE_INT_RGB),
        "png",
        folder.resolve("long/line.png"));
    Cli cli =
        Cli.run(
                "corrupt",
                "--in",
                folder.resolve("long"),
                "--out",
                folder.resolve("o"),
                "--corruption",
                "contrast,fog")
            .succeeds();
    assertThat(World.files(folder.resolve("o"))).containsExactly("contrast/3/line.png");
    assertThat(cli.out()).contains("1 of 2 copies could not be made", "hendrycks-224");
    assertThat(cli.err())
        .contains("Not copied: line.png under fog 3", "longer side (20000)", "at most 16384");
  }

  /** 50 megapixels in a heap that has no room for them, and in one that has. */
  @Test
  void a_huge_image_is_named_where_memory_is_short_and_the_next_is_copied() throws Exception {
    int width = 10_000;
    int height = 5_000;
    BufferedImage huge = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY);
    World.write(huge, "png", in.resolve("huge.png"));
    ChildJvm child =
        ChildJvm.start(
            folder.resolve("log"),
            List.of("-Xmx300m"),
            "corrupt",
            "--in",
            in,
            "--out",
            folder.resolve("out"),
            "--corruption",
            "contrast");
    assertThat(child.await()).as("%s", child.text()).isZero();
    assertThat(child.text())
        .contains("huge.png", "it needs more memory than", "HOLDFAST_HEAP_PERCENT", "4 images in")
        .doesNotContain("Exception", "\tat ");
    assertThat(World.files(folder.resolve("out"))).hasSize(4).doesNotContain("huge.png");
  }

  @Test
  @Tag("slow")
  @Timeout(180)
  void a_huge_image_is_copied_in_two_gigabytes() throws Exception {
    int side = 7_072;
    Path many = folder.resolve("many");
    for (String name : List.of("a.png", "b.png")) {
      World.write(
          new BufferedImage(side, side, BufferedImage.TYPE_BYTE_BINARY), "png", many.resolve(name));
    }
    ChildJvm child =
        ChildJvm.start(
            folder.resolve("log"),
            List.of("-Xmx2500m"),
            "corrupt",
            "--in",
            many,
            "--out",
            folder.resolve("out"),
            "--threads",
            2,
            "--corruption",
            "brightness");
    assertThat(child.await()).as("%s", child.text()).isZero();
    for (String name : List.of("a.png", "b.png")) {
      BufferedImage copy = ImageIO.read(folder.resolve("out").resolve(name).toFile());
      assertThat(copy.getWidth()).isEqualTo(side);
      assertThat(copy.getRGB(side - 1, side - 1) & 0xff).isEqualTo(77);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--corruption gausian-noise|gausian-noise|you meant gaussian-noise",
        "--corruption contrast --severity 6|severity (6)|1, 2, 3, 4 or 5",
        "--corruption contrast --severity 0|severity (0)|1, 2, 3, 4 or 5",
        "--corruption contrast --severity 1,x|severity (x)|1, 2, 3, 4 or 5",
        "--corruption contrast --threads 0|threads (0)|at least 1",
        "--family wether|family (wether)|you meant weather",
        "--severity 3|corruption (none)|add --corruption",
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
