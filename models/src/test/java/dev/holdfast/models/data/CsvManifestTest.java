package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvManifestTest implements DatasetLayoutContract {

  @TempDir private Path dir;

  @Override
  public DatasetLayout layout() {
    return new CsvManifest();
  }

  @Override
  public Path writeTwelveImages(Path target) throws IOException {
    Fixtures.twelveImages(target);
    StringBuilder table = new StringBuilder("label,path,photographer\n");
    for (String name : new String[] {"plum", "apple", "pear"}) {
      for (int i = 0; i < 4; i++) {
        table.append("%s,./%s/image%d.png,\"Ada, Bob\"\n".formatted(name, name, i));
      }
    }
    Files.writeString(target.resolve("index.csv"), table);
    return target;
  }

  @Test
  void reads_a_table_that_is_given_itself() throws IOException {
    Path table = writeTwelveImages(dir.resolve("fruit")).resolve("index.csv");

    assertThat(DatasetLayout.detect(table)).isEqualTo(layout());
    ImageSet set = layout().read(table);
    assertThat(set.items()).hasSize(12);
    assertThat(set.decode(set.items().get(0)).width()).isEqualTo(10);
  }

  @Test
  void lists_only_what_the_table_lists() throws IOException {
    Fixtures.twelveImages(dir);
    table("path,label,split,role,group", "pear/image0.png,p,test,query,1", "plum/image3.png,q,,,");

    assertThat(DatasetLayout.detect(dir).read(dir).items())
        .extracting(ImageItem::path, ImageItem::className, ImageItem::label)
        .containsExactly(tuple("pear/image0.png", "p", 0L), tuple("plum/image3.png", "q", 1L));
  }

  @Test
  void ignores_an_index_with_other_columns() throws IOException {
    Fixtures.twelveImages(dir);
    table("path,class,coarse", "pear/image0.png,pear,fruit");

    assertThat(DatasetLayout.detect(dir)).isEqualTo(new FolderPerClass());
  }

  @Test
  void refuses_a_given_table_with_other_columns() throws IOException {
    Path table = table("path,class,coarse", "pear/image0.png,pear,fruit");

    assertThatThrownBy(() -> DatasetLayout.detect(table).read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("path,class,coarse")
        .hasMessageContaining("have the column label");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.png",
        "a/../../secret.png",
        "/etc/a.png",
        "C:\\a.png",
        "..\\a.png",
        "."
      })
  void refuses_paths_that_leave_the_folder(String path) throws IOException {
    Path table = table("path,label", "a.png,a", path + ",b");

    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("path (" + path + ") of row 2")
        .hasMessageContaining("stay inside it");
  }

  @Test
  void refuses_a_path_that_is_listed_twice() throws IOException {
    Path table = table("path,label", "a.png,a", "b/../a.png,b");

    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("path (a.png)")
        .hasMessageContaining("listed once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.png,a,b", "a.png,"})
  void refuses_rows_that_do_not_fit_the_header(String row) throws IOException {
    Path table = table("path,label", "b.png,b", row);

    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("row 2 of the manifest");
  }

  @Test
  void refuses_an_empty_table_and_one_that_is_no_text() throws IOException {
    Path empty = table("path,label");
    assertThatThrownBy(() -> layout().read(empty))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("number of rows (0)");

    Path binary = Fixtures.write(dir.resolve("b.csv"), new byte[] {(byte) 0xff, (byte) 0xfe, 1});
    assertThatThrownBy(() -> layout().read(binary))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("CSV file in UTF-8");
  }

  @Test
  void reads_tables_with_a_byte_order_mark() throws IOException {
    Path table = dir.resolve("index.csv");
    Files.writeString(table, "\ufeffpath,label\r\na.png,ä\r\nb.png,b\r\n", StandardCharsets.UTF_8);

    assertThat(layout().read(dir).classNames()).containsExactly("b", "ä");
  }

  @Test
  void takes_role_and_group_from_the_table() throws IOException {
    table(
        "group,role,label,path",
        "cam-1,query,a,\"1, left.png\"",
        ",gallery,a,sub\\2.png",
        "cam 2,both,b,3.png",
        ",,b,4.png");

    ImageSet set = layout().read(dir);

    assertThat(set.items())
        .extracting(ImageItem::path, ImageItem::role, ImageItem::group)
        .containsExactly(
            tuple("1, left.png", Role.QUERY, "cam-1"),
            tuple("3.png", Role.BOTH, "cam 2"),
            tuple("4.png", Role.BOTH, ""),
            tuple("sub/2.png", Role.GALLERY, ""));
    assertThat(set.protocol()).isEqualTo(Protocol.QUERY_GALLERY);
    Draw draw = set.protocol().draw(set.items()).get(0);
    assertThat(draw.queries()).containsExactly(0, 1, 2);
    assertThat(draw.gallery()).containsExactly(1, 2, 3);
  }

  @Test
  void a_name_that_the_system_cannot_encode_is_a_broken_image() throws IOException {
    Fixtures.twelveImages(dir);
    table("path,label", "pear/image0.png,a", "plum/image0.png,b", "pear/caf\ufffd.png,a");

    try (PixelStore store =
        PixelStore.open(layout().read(dir), Fixtures.SMALL, null, Progress.NONE, false)) {
      assertThat(store.size()).isEqualTo(2);
      assertThat(store.broken().get(0).reason()).contains("encoding", "rename it");
    }
  }

  @Test
  void suggests_the_nearest_role() throws IOException {
    table("path,label,role", "1.png,a,query", "2.png,b,galery");

    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("role (galery) of row 2 of the manifest")
        .hasMessageContaining("Maybe you meant gallery.");
  }

  @Test
  void refuses_a_protocol_with_an_empty_side() throws IOException {
    table("path,label,role", "1.png,a,query", "2.png,b,query");
    ImageSet set = layout().read(dir);

    assertThatThrownBy(() -> set.protocol().draw(set.items()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("2 queries, 0 in the gallery");
  }

  @Test
  void accents_may_be_encoded_in_either_way() throws IOException {
    String composed = "caf\u00e9";
    String decomposed = "cafe\u0301";
    assumeThat(System.getProperty("sun.jnu.encoding")).isEqualTo("UTF-8");
    Fixtures.writePng(dir.resolve(decomposed + "/a.png"), 1);
    Fixtures.writePng(dir.resolve(composed + "s/a.png"), 2);
    table("path,label", composed + "/a.png," + composed, decomposed + "s/a.png,b");

    ImageSet set = layout().read(dir);

    assertThat(set.items())
        .extracting(ImageItem::path)
        .containsExactly(composed + "/a.png", composed + "s/a.png");
    assertThat(set.classNames()).containsExactly("b", composed);
    for (ImageItem item : set.items()) {
      assertThat(set.decode(item).width()).isEqualTo(10);
    }
    table("path,label", composed + "/a.png,a", decomposed + "/a.png,b");
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("listed once")
        .hasMessageContaining("accents");
  }

  private Path table(String... lines) throws IOException {
    return Files.writeString(dir.resolve("index.csv"), String.join("\n", lines) + "\n");
  }
}
