package dev.holdfast.harness.npz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.holdfast.metrics.error.InputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {

  @TempDir private Path folder;

  private static byte[] bytes(float[] floats, long[] longs) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      NpzWriter npz = new NpzWriter(out);
      npz.write("matrix", floats, 2, floats.length / 2);
      npz.write("ids", longs);
      npz.finish();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private Map<String, NpyArray> read(byte[] content) throws IOException {
    return NpzReader.read(Files.write(folder.resolve("f.npz"), content));
  }

  /** What numpy wrote; made by {@code numpy-arrays.py} beside it. */
  private Map<String, NpyArray> fixture(String name) throws IOException {
    try (InputStream in = NpzTest.class.getResourceAsStream(name)) {
      return read(in.readAllBytes());
    }
  }

  private static void refuses(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String part) {
    assertThatThrownBy(call)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("f.npz")
        .hasMessageContaining(part)
        .hasMessageContaining("Maybe");
  }

  @Test
  void reads_what_it_wrote() throws IOException {
    float[] floats = new float[100_000];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) Math.sin(i);
    }
    floats[3] = Float.NaN;
    floats[4] = Float.NEGATIVE_INFINITY;
    floats[5] = -0f;
    long[] longs = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE};
    Map<String, NpyArray> arrays = read(bytes(floats, longs));
    assertThat(arrays).containsOnlyKeys("matrix", "ids");
    assertThat(arrays.get("matrix").shape()).containsExactly(2, 50_000);
    assertThat(arrays.get("matrix").describe()).isEqualTo("2 x 50000 float");
    assertThat(Arrays.equals(arrays.get("matrix").floats(), floats)).isTrue();
    assertThat(arrays.get("ids").longs()).isEqualTo(longs);
    assertThat(arrays.get("ids").floats()).isNull();
  }

  @Test
  void texts_are_read_as_they_were_written() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NpzWriter npz = new NpzWriter(out);
    npz.write("names", List.of("crane", "", "poir\u00e9", "\ud83c\udf50 pear", "a\nb"));
    npz.write("ids", new long[] {7});
    npz.finish();
    NpyArray names = read(out.toByteArray()).get("names");

    assertThat(names.texts())
        .containsExactly("crane", "", "poir\u00e9", "\ud83c\udf50 pear", "a\nb");
    assertThat(names.floats()).isNull();
    assertThat(names.longs()).isNull();
    assertThat(names.describe()).isEqualTo("5 text");
    assertThat(new String(out.toByteArray(), StandardCharsets.ISO_8859_1))
        .contains("'descr': '<U6', 'fortran_order': False, 'shape': (5,)");
  }

  /**
   * Bytes as {@code numpy.save} writes them, of either byte order and of one byte per character.
   */
  @ParameterizedTest
  @CsvSource({"<U3, 4", ">U3, 4", "|S3, 1"})
  void texts_of_numpy_are_read_in_every_form(String type, int width) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(2 * 3 * width);
    data.order(
        type.startsWith("<") ? java.nio.ByteOrder.LITTLE_ENDIAN : java.nio.ByteOrder.BIG_ENDIAN);
    for (char c : "ab\0cde".toCharArray()) {
      if (width == 4) {
        data.putInt(c);
      } else {
        data.put((byte) c);
      }
    }
    byte[] content = zipped(type, "(2,)", data.array());

    assertThat(read(content).get("x").texts()).containsExactly("ab", "cde");
    refuses(() -> read(zipped(type, "(3,)", data.array())), "is cut off");
  }

  private static byte[] zipped(String type, String shape, byte[] data) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n".formatted(type, shape);
    ByteBuffer npy =
        ByteBuffer.allocate(10 + header.length() + data.length)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    npy.put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0);
    npy.putShort((short) header.length());
    npy.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("x.npy"));
      zip.write(npy.array());
    }
    return out.toByteArray();
  }

  @Test
  void the_same_arrays_are_the_same_bytes() {
    float[] floats = {1, 2, 3, 4};
    assertThat(bytes(floats, new long[] {7})).isEqualTo(bytes(floats.clone(), new long[] {7}));
    assertThat(bytes(floats, new long[] {7})).isNotEqualTo(bytes(floats, new long[] {8}));
  }

  @Test
  void an_array_may_be_written_in_parts() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NpzWriter npz = new NpzWriter(out);
    npz.startFloats("matrix", 2, 2);
    npz.floats(new float[] {9, 1, 2}, 1, 2);
    npz.floats(new float[] {3, 4, 9}, 0, 2);
    npz.write("ids", new long[] {7});
    npz.finish();
    assertThat(out.toByteArray()).isEqualTo(bytes(new float[] {1, 2, 3, 4}, new long[] {7}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.npz", "packed.npz"})
  void reads_what_numpy_wrote(String name) throws IOException {
    Map<String, NpyArray> arrays = fixture(name);
    for (String type : new String[] {"f4", "f4-big", "f8"}) {
      assertThat(arrays.get(type).shape()).as(type).containsExactly(2, 3);
      assertThat(arrays.get(type).floats()).containsExactly(0, 0.5f, 1, 1.5f, 2, -2.5f);
    }
    for (String type : new String[] {"i1", "i2", "i4", "i4-big", "i8"}) {
      assertThat(arrays.get(type).longs()).as(type).containsExactly(-3, 0, 100);
    }
    for (String type : new String[] {"u1", "u2", "u4", "u8"}) {
      assertThat(arrays.get(type).longs()).as(type).containsExactly(0, 1, 200);
    }
    assertThat(arrays.get("empty").shape()).containsExactly(0, 4);
    assertThat(arrays.get("empty").floats()).isEmpty();
    assertThat(arrays.get("scalar").shape()).isEmpty();
    assertThat(arrays.get("scalar").floats()).containsExactly(4.5f);
    assertThat(arrays.get("words").texts()).containsExactly("a", "bc");
    assertThat(arrays.get("words").floats()).isNull();
    // Complex numbers are no numbers to score.
    assertThat(arrays).hasSize(15).doesNotContainKeys("complex", "flags");
  }

  @Test
  void refuses_fortran_order() {
    refuses(() -> fixture("fortran.npz"), "save numpy.ascontiguousarray(x)");
  }

  @Test
  void refuses_what_is_no_file_or_no_zip() {
    assertThatThrownBy(() -> NpzReader.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a folder");
    refuses(() -> read(new byte[0]), "must be a .npz file");
    refuses(() -> read("a text".getBytes(StandardCharsets.UTF_8)), "must be a .npz file");
  }

  @Test
  void refuses_a_file_cut_off_anywhere() {
    byte[] whole = bytes(new float[64], new long[64]);
    for (int length = 0; length < whole.length; length += 13) {
      byte[] part = Arrays.copyOf(whole, length);
      refuses(() -> read(part), "");
    }
  }

  @Test
  void notices_a_flipped_bit() {
    byte[] damaged = bytes(new float[64], new long[64]);
    damaged[250] ^= 4;
    refuses(() -> read(damaged), "checksum is wrong");
  }

  private static byte[] zip(byte[] npy) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      ZipEntry entry = new ZipEntry("x.npy");
      zip.setMethod(ZipOutputStream.STORED);
      entry.setSize(npy.length);
      CRC32 crc = new CRC32();
      crc.update(npy);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(npy);
    }
    return out.toByteArray();
  }

  private static byte[] npy(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(10 + text.length + data)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) text.length)
        .put(text)
        .array();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(3,);is cut off",
        "(2147483647,);is cut off",
        "(2147483648,);is cut off",
        "(65536, 65536);is cut off",
        "(4294967296, 4294967296);is cut off",
        "(999999999999999999, 999999999999999999, 99);is cut off",
        "(99999999999999999999,);no readable shape",
        "(-1,);no readable shape",
        "(two,);no readable shape",
        "(;no readable shape"
      })
  void refuses_a_hostile_shape(String shape, String part) throws IOException {
    byte[] file = zip(npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}", 8));
    refuses(() -> read(file), part);
  }

  @Test
  void refuses_more_dimensions_than_arrays_have() throws IOException {
    byte[] file = zip(npy("{'descr': '<f4', 'shape': (" + "1,".repeat(20_000) + ")}", 4));
    refuses(() -> read(file), "no readable shape");
  }

  @Test
  void refuses_more_texts_of_no_length_than_the_file_has_bytes() throws IOException {
    byte[] file = zip(npy("{'descr': '<U0', 'shape': (2147483647,)}", 4));
    refuses(() -> read(file), "is cut off");
  }

  @Test
  void refuses_a_hostile_header() throws IOException {
    byte[] good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8);
    assertThat(read(zip(good)).get("x").size()).isEqualTo(2);
    byte[] longer = good.clone();
    longer[9] = (byte) 0xff;
    byte[] file = zip(longer);
    refuses(() -> read(file), "is cut off");
    byte[] version2 = good.clone();
    version2[6] = 2;
    byte[] other = zip(version2);
    refuses(() -> read(other), "is cut off");
    byte[] tiny = zip(new byte[] {(byte) 0x93, 'N'});
    refuses(() -> read(tiny), "has no header");
    byte[] empty = zip(new byte[0]);
    refuses(() -> read(empty), "has no header");
    assertThat(read(zip(npy("{'descr': '<f99999', 'shape': (2,)}", 8)))).isEmpty();
  }

  @Test
  @Tag("native")
  void the_engine_reads_it_too() throws IOException {
    float[] floats = {1, -2.5f, 3, 4, 5, 6};
    try (NDManager manager = NDManager.newBaseManager();
        NDList list =
            NDList.decode(manager, new ByteArrayInputStream(bytes(floats, new long[] {7, -8})))) {
      Map<String, NDArray> byName = new HashMap<>();
      for (NDArray array : list) {
        byName.put(array.getName(), array);
      }
      assertThat(byName).containsOnlyKeys("matrix", "ids");
      assertThat(byName.get("matrix").getShape()).isEqualTo(new Shape(2, 3));
      assertThat(byName.get("matrix").toFloatArray()).containsExactly(floats);
      assertThat(byName.get("ids").getDataType()).isEqualTo(DataType.INT64);
      assertThat(byName.get("ids").toLongArray()).containsExactly(7, -8);
    }
  }
}
