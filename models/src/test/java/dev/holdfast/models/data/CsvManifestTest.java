package dev.holdfast.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

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

  private Path table(String... lines) throws IOException {
    return Files.writeString(dir.resolve("index.csv"), String.join("\n", lines) + "\n");
  }
}
