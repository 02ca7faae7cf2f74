package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.error.RunException;
import dev.holdfast.models.data.layout.CsvManifest;
import dev.holdfast.models.data.layout.FolderPerClass;
import dev.holdfast.models.image.ColorMode;
import dev.holdfast.models.image.Fixtures;
import dev.holdfast.models.image.ImageDecoder;
import dev.holdfast.models.image.InputSpec;
import dev.holdfast.models.image.ResizeFilter;
import dev.holdfast.models.image.Resizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelCacheTest {

  private static final int VALUES = 3 * 6 * 8;

  @TempDir private Path dir;
  private Path data;
  private Path cache;
  private final List<Long> steps = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void write() {
    data = Fixtures.twelveImages(dir.resolve("fruit"));
    cache = dir.resolve("cache");
  }

  @Test
  void gives_the_resized_levels_plane_by_plane() throws IOException {
    ImageSet set = new FolderPerClass().read(data);
    try (PixelCache store = open(false)) {
      assertThat(store.size()).isEqualTo(12);
      assertThat(store.items()).isEqualTo(set.items());
      for (int i = 0; i < store.size(); i++) {
        byte[] expected = Resizer.fit(set.decode(set.items().get(i)), Fixtures.SMALL).rgb();
        float[] out = new float[VALUES + 2];
        store.rgb(i, out, 2);
        for (int k = 0; k < expected.length; k++) {
          assertThat(out[2 + k % 3 * 48 + k / 3]).isEqualTo((expected[k] & 0xff) / 255f);
        }
      }
    }
  }

  @Test
  void an_image_that_changes_while_it_is_read_stops_the_run_and_is_not_kept() throws IOException {
    ImageSet set = new FolderPerClass().read(data);
    ImageItem first = set.items().get(0);
    String hash = set.contentHash(first);
    Files.copy(
        data.resolve(set.items().get(11).path()),
        data.resolve(first.path()),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> set.decode(first, hash))
        .isInstanceOf(RunException.class)
        .hasMessageContaining(first.path() + " changed while the data set was read");
    Files.delete(data.resolve(first.path()));
    assertThatThrownBy(() -> set.decode(first, hash)).isInstanceOf(RunException.class);
  }

  @Test
  void gives_a_gray_model_the_luma_of_the_levels() {
    InputSpec gray = new InputSpec(6, 8, ColorMode.GRAY, ResizeFilter.BILINEAR, 8);
    try (PixelCache store =
        PixelCache.open(new FolderPerClass().read(data), gray, cache, Progress.NONE, false)) {
      float[] rgb = new float[VALUES];
      float[] luma = new float[gray.values()];
      for (int i = 0; i < store.size(); i++) {
        store.rgb(i, rgb, 0);
        store.input(i, luma, 0);
        for (int p = 0; p < luma.length; p++) {
          double sum = 255 * (0.299 * rgb[p] + 0.587 * rgb[48 + p] + 0.114 * rgb[96 + p]);
          assertThat(luma[p] * 255).isBetween((float) (sum - 0.51), (float) (sum + 0.51));
          assertThat(luma[p]).isEqualTo(Math.round(luma[p] * 255) / 255f);
        }
      }
    }
  }

  @Test
  void gives_a_color_model_rgb() {
    try (PixelCache store = open(false)) {
      float[] rgb = new float[VALUES];
      float[] input = new float[VALUES];
      store.rgb(3, rgb, 0);
      store.input(3, input, 0);

      assertThat(input).isEqualTo(rgb);
    }
  }

  @Test
  void decodes_once() throws IOException {
    List<float[]> first = images();
    assertThat(steps).isEqualTo(IntStream.rangeClosed(1, 12).mapToObj(i -> (long) i).toList());
    steps.clear();

    assertThat(images()).usingRecursiveComparison().isEqualTo(first);
    assertThat(steps).isEmpty();
    assertThat(cacheFiles()).hasSize(1);
  }

  @Test
  void does_not_take_the_pixels_of_another_decoder() {
    ImageSet set = new FolderPerClass().read(data);
    String contents = PixelCache.contents(set, set.items().stream().map(set::contentHash).toList());
    String key = PixelCache.key(contents, Fixtures.SMALL, ImageDecoder.VERSION);

    try (PixelCache store = open(false)) {
      assertThat(store.path().getFileName()).hasToString("pixels-" + key + ".u8");
    }
    assertThat(PixelCache.key(contents, Fixtures.SMALL, "another")).isNotEqualTo(key);
  }

  @Test
  void two_threads_decode_once() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<float[]> seen = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      threads.add(new Thread(() -> seen.addAll(images())));
      threads.get(i).start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(seen).hasSize(24);
    assertThat(steps).hasSize(12);
    assertThat(cacheFiles()).hasSize(1);
  }

  @Test
  void removes_what_killed_runs_left_behind_and_nothing_of_running_ones() throws IOException {
    Files.createDirectories(cache);
    Fixtures.writeText(cache.resolve("dead.lock"), "");
    Fixtures.writeText(cache.resolve("alive.lock"), "");
    Path dead = Fixtures.writeText(cache.resolve("unfinished-dead-123.u8"), "half");
    Path alive = Fixtures.writeText(cache.resolve("unfinished-alive-456.u8"), "half");
    Path other = Fixtures.writeText(cache.resolve("unfinished.txt"), "of somebody else");
    try (FileChannel channel =
            FileChannel.open(cache.resolve("alive.lock"), StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      images();

      assertThat(lock.isValid()).isTrue();
      assertThat(dead).doesNotExist();
      assertThat(alive).exists();
      assertThat(other).exists();
    }
    Fixtures.writePng(data.resolve("pear/image2.png"), 1234);
    images();
    assertThat(alive).doesNotExist();
  }

  @Test
  void says_at_once_that_the_disk_is_too_small() {
    StringBuilder table = new StringBuilder("path,label\n");
    for (int i = 0; i < 9999; i++) {
      table.append(i).append(".png,").append(i % 2).append('\n');
    }
    Path file = Fixtures.writeText(dir.resolve("many.csv"), table.toString());
    ImageSet set = new CsvManifest().read(file);
    InputSpec huge = new InputSpec(16000, 16000, ColorMode.RGB, ResizeFilter.BILINEAR, 16000);

    assertThatThrownBy(() -> PixelCache.open(set, huge, cache, this::hear, false))
        .isInstanceOf(RunException.class)
        .hasMessageMatching(
            "The pixels of many take 7679.2 GB, and the disk of .* has [0-9.]+ [GM]B left.\nMaybe .*");
    assertThat(steps).isEmpty();
  }

  @Test
  void decodes_again_when_an_image_or_the_input_changes() throws IOException {
    String before;
    try (PixelCache store = open(false)) {
      before = store.fingerprint();
    }
    Fixtures.writePng(data.resolve("pear/image2.png"), 1234);
    try (PixelCache store = open(false)) {
      assertThat(store.fingerprint()).isNotEqualTo(before).hasSize(64);
    }
    InputSpec wider = new InputSpec(6, 8, ColorMode.RGB, ResizeFilter.BILINEAR, 9);
    try (PixelCache store =
        PixelCache.open(new FolderPerClass().read(data), wider, cache, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(12);
    }
    assertThat(steps).hasSize(24);
    assertThat(cacheFiles()).hasSize(3);
  }

  @Test
  void rebuilds_a_damaged_file() throws IOException {
    List<float[]> first = images();
    Path file = cacheFiles().get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int at : new int[] {0, 5 * VALUES, 12 * VALUES + 3, whole.length - 1}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      steps.clear();

      assertThat(images()).usingRecursiveComparison().isEqualTo(first);
      assertThat(steps).as("decoded again, damaged at %d", at).hasSize(12);
    }
    for (int length : new int[] {0, 7, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      steps.clear();

      assertThat(images()).usingRecursiveComparison().isEqualTo(first);
      assertThat(steps).as("decoded again, cut to %d", length).hasSize(12);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  @Test
  void goes_on_without_broken_images() throws IOException {
    breakTwoImages();
    for (int run = 0; run < 2; run++) {
      try (PixelCache store = open(false)) {
        assertThat(store.size()).isEqualTo(11);
        assertThat(store.items()).extracting(ImageItem::path).doesNotContain("pear/image1.png");
        assertThat(store.broken())
            .containsExactly(
                new PixelCache.Broken("apple/zero.png", "the file is empty"),
                new PixelCache.Broken(
                    "pear/image1.png", "the file is no JPEG, PNG, BMP or GIF image"));
        float[] last = new float[VALUES];
        store.rgb(10, last, 0);
        assertThat(last).isNotEqualTo(new float[VALUES]);
      }
    }
  }

  @Test
  void stops_at_broken_images_when_strict() throws IOException {
    assertThatCode(() -> open(true).close()).doesNotThrowAnyException();
    breakTwoImages();

    assertThatThrownBy(() -> open(true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("apple/zero.png (the file is empty), pear/image1.png")
        .hasMessageContaining("--strict");
  }

  @Test
  void counts_missing_files_of_a_manifest_as_broken() throws IOException {
    Path table = data.resolve("list.csv");
    Files.writeString(table, "path,label\npear/image0.png,a\nplum/image0.png,b\nno/such.png,b\n");
    ImageSet set = new CsvManifest().read(table);

    try (PixelCache store = PixelCache.open(set, Fixtures.SMALL, cache, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(2);
      assertThat(store.broken())
          .containsExactly(new PixelCache.Broken("no/such.png", "the file is missing"));
    }
  }

  @Test
  void refuses_a_set_of_which_nothing_can_be_read() throws IOException {
    Path table = data.resolve("list.csv");
    Files.writeString(table, "path,label\nno/a.png,a\nno/b.png,b\n");
    ImageSet set = new CsvManifest().read(table);

    assertThatThrownBy(() -> PixelCache.open(set, Fixtures.SMALL, cache, Progress.NONE, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no/a.png (the file is missing)")
        .hasMessageContaining("relative to another folder");
  }

  @Test
  void leaves_nothing_behind_without_a_cache_folder() {
    Path file;
    try (PixelCache store =
        PixelCache.open(
            new FolderPerClass().read(data), Fixtures.SMALL, null, Progress.NONE, false)) {
      file = store.path();
      assertThat(file).isRegularFile();
    }
    assertThat(file.getParent()).doesNotExist();
  }

  private PixelCache open(boolean strict) {
    return PixelCache.open(
        new FolderPerClass().read(data), Fixtures.SMALL, cache, this::hear, strict);
  }

  private void hear(String task, long done, long total) {
    if (task.equals("images")) {
      steps.add(done);
    }
  }

  private List<float[]> images() {
    List<float[]> images = new ArrayList<>();
    try (PixelCache store = open(false)) {
      for (int i = 0; i < store.size(); i++) {
        float[] image = new float[VALUES];
        store.rgb(i, image, 0);
        images.add(image);
      }
    }
    return images;
  }

  private void breakTwoImages() {
    Fixtures.write(data.resolve("apple/zero.png"), new byte[0]);
    Fixtures.write(data.resolve("pear/image1.png"), "no picture".getBytes(StandardCharsets.UTF_8));
  }

  private List<Path> cacheFiles() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(f -> !f.toString().endsWith(".lock")).toList();
    }
  }
}
