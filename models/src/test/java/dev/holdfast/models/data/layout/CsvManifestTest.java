package dev.holdfast.models.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.models.data.ImageItem;
import dev.holdfast.models.data.ImageSet;
import dev.holdfast.models.data.PixelCache;
import dev.holdfast.models.data.Progress;
import dev.holdfast.models.data.Protocol;
import dev.holdfast.models.data.QueryGallerySplit;
import dev.holdfast.models.data.Role;
import dev.holdfast.models.image.Fixtures;
import dev.holdfast.models.image.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    QueryGallerySplit draw = set.protocol().draw(set.items()).get(0);
    assertThat(draw.queries()).containsExactly(0, 1, 2);
    assertThat(draw.gallery()).containsExactly(1, 2, 3);
  }

  @Test
  void a_name_that_the_system_cannot_encode_is_a_broken_image() throws IOException {
    Fixtures.twelveImages(dir);
    table("path,label", "pear/image0.png,a", "plum/image0.png,b", "pear/caf\ufffd.png,a");

    try (PixelCache store =
        PixelCache.open(layout().read(dir), Fixtures.SMALL, null, Progress.NONE, false)) {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "path;label\napple/image0.png;a\npear/image0.png;b\n",
        "path\tlabel\napple/image0.png\ta\npear/image0.png\tb\n",
        "path|label\napple/image0.png|a\npear/image0.png|b\n",
        ",path,label\n0,apple/image0.png,a\n1,pear/image0.png,b\n",
        ";Path;LABEL\n0;apple/image0.png;a\n1;pear/image0.png;b\n",
        "path,label\napple/image0.png,a\npear/image0.png,b\n,\n,\n",
        "path,label,,\napple/image0.png,a,,\npear/image0.png,b,,\n,,,\n",
        "# by hand\n\n# twice\npath,label\napple/image0.png,a\npear/image0.png,b\n",
        "\"path\",\"label\"\r\n\"apple/image0.png\",\"a\"\r\n\"pear/image0.png\",\"b\"\r\n"
      })
  void reads_tables_as_programs_write_them(String text) throws IOException {
    Fixtures.twelveImages(dir);
    for (String name : new String[] {"t.csv", "t.TSV"}) {
      Path table = Fixtures.writeText(dir.resolve(name), text);

      ImageSet set = DatasetLayout.detect(table).read(table);

      assertThat(set.name()).isEqualTo("t");
      assertThat(set.items())
          .extracting(ImageItem::path, ImageItem::className)
          .containsExactly(tuple("apple/image0.png", "a"), tuple("pear/image0.png", "b"));
      assertThat(set.notes()).isEmpty();
    }
  }

  @Test
  void reads_tables_in_two_bytes_a_character() throws IOException {
    Path table = dir.resolve("t.csv");
    for (var encoding : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      Files.writeString(table, "\ufeffpath,label\na.png,ä\nb.png,b\n", encoding);

      assertThat(layout().read(table).classNames()).containsExactly("b", "ä");
    }
    Files.writeString(table, "path,label\na.png,ä\nb.png,b\n", StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(": some of its bytes are no characters.")
        .hasMessageContaining("saved in another encoding");
  }

  @Test
  void says_in_words_that_a_quote_is_never_closed() throws IOException {
    Path table = Fixtures.writeText(dir.resolve("t.csv"), "path,label\n\"a.png,a\nb.png,b\n");

    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("EOF reached")
        .hasMessageNotContaining("Exception");
  }

  @Test
  void names_what_is_wrong_with_a_header() throws IOException {
    Map<String, String> causes =
        Map.of(
            "img/00.png,0", "the header is missing",
            "'path','label'", "must be double",
            "image_path,class", "call it path",
            "path,label,Path", "have one column path");
    for (Map.Entry<String, String> cause : causes.entrySet()) {
      Path table = Fixtures.writeText(dir.resolve("t.csv"), cause.getKey() + "\na.png,1,2\n");

      assertThatThrownBy(() -> layout().read(table))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("header (" + cause.getKey() + ")")
          .hasMessageContaining(cause.getValue());
    }
  }

  @Test
  void names_the_columns_that_are_not_used() throws IOException {
    table("path,Photographer,label,split,coarse", "a.png,Ada,a,test,x", "b.png,Bob,b,test,y");

    assertThat(layout().read(dir).notes())
        .containsExactly("Columns of the manifest that were not used: Photographer, coarse.");
  }

  @Test
  void splits_have_one_name_each() throws IOException {
    table(
        "path,label,split",
        "1.png,a,Train",
        "2.png,b,training",
        "3.png,a,VAL",
        "4.png,b,val",
        "5.png,a,None",
        "6.png,c,Fold1");
    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("split (training) of row 2")
        .hasMessageContaining("be train, since both names mean train");

    table("path,label,split", "1.png,a,TRAIN", "2.png,b,train", "3.png,a,Eval", "4.png,b,eval");
    assertThat(layout().read(dir).splitNames()).containsExactly("train", "validation");

    table("path,label,split", "1.png,a,TEST", "2.png,b,Test", "3.png,b,Fold1", "4.png,b,nan");
    assertThat(layout().read(dir).splitNames()).containsExactly("fold1", "test");
    assertThat(layout().read(dir).mainSplit()).contains("test");
  }

  @Test
  void takes_roles_in_any_case() throws IOException {
    table("path,label,role", "1.png,a,Query", "2.png,b,GALLERY", "3.png,b,Both", "4.png,b,");

    assertThat(layout().read(dir).items())
        .extracting(ImageItem::role)
        .containsExactly(Role.QUERY, Role.GALLERY, Role.BOTH, Role.BOTH);
  }

  @Test
  void takes_roles_from_two_columns() throws IOException {
    table(
        "path,label,split,is_query,is_gallery,sequence",
        "1.png,a,train,,,",
        "2.png,b,train,None,nan,",
        "3.png,a,validation,True,False,s1",
        "4.png,a,validation,false,TRUE,s1",
        "5.png,b,validation,1,1,nan",
        "6.png,b,validation,0.0,1.0,",
        "7.png,b,validation,False,False,");

    ImageSet set = layout().read(dir);

    assertThat(set.items())
        .extracting(ImageItem::path, ImageItem::role, ImageItem::group)
        .containsExactly(
            tuple("1.png", Role.BOTH, ""),
            tuple("2.png", Role.BOTH, ""),
            tuple("3.png", Role.QUERY, "s1"),
            tuple("4.png", Role.GALLERY, "s1"),
            tuple("5.png", Role.BOTH, ""),
            tuple("6.png", Role.GALLERY, ""));
    assertThat(set.notes())
        .containsExactly("1 rows are neither query nor gallery and were left out.");
    ImageSet validation = Splits.apply(set, "val", dir);
    QueryGallerySplit draw = validation.protocol().draw(validation.items()).get(0);
    assertThat(draw.queries()).containsExactly(0, 2);
    assertThat(draw.gallery()).containsExactly(1, 2, 3);
  }

  @Test
  void refuses_roles_that_are_not_whole() throws IOException {
    Map<String, String> causes =
        Map.of(
            "is_query,a\nTrue,b", "columns (is_query) of the manifest",
            "is_query,is_gallery\n,True", "is_query () of row 1 of the manifest",
            "is_query,is_gallery\nTrue,maybe", "is_gallery (maybe) of row 1 of the manifest",
            "is_query,is_gallery,role\nTrue,True,both", "both say the same",
            "group,sequence\n1,2", "have one column group");
    for (Map.Entry<String, String> cause : causes.entrySet()) {
      String[] lines = cause.getKey().split("\n", -1);
      table("path,label," + lines[0], "1.png,a," + lines[1]);

      assertThatThrownBy(() -> layout().read(dir))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(cause.getValue());
    }
  }

  @Test
  void boxes_are_cut_out() throws IOException {
    Fixtures.writePng(dir.resolve("1.png"), 1);
    Fixtures.writePng(dir.resolve("2.png"), 2);
    table(
        "path,label,x_1,x_2,y_1,y_2",
        "1.png,a,2,5.0,1,9",
        "1.png,a,0,10,0,9",
        "2.png,b,,,,",
        "2.png,b,5,11,0,9");

    ImageSet set = layout().read(dir);

    assertThat(set.items())
        .extracting(ImageItem::path)
        .containsExactly("1.png[0,0,10,9]", "1.png[2,1,5,9]", "2.png", "2.png[5,0,11,9]");
    assertThat(set.notes()).containsExactly("3 images were cut out of their files by boxes.");
    RgbImage whole = set.decode(set.items().get(0));
    assertThat(whole.rgb()).isEqualTo(set.decode(set.items().get(0)).rgb()).hasSize(3 * 90);
    RgbImage part = set.decode(set.items().get(1));
    assertThat(part.width()).isEqualTo(3);
    assertThat(part.height()).isEqualTo(8);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 3; x++) {
        for (int c = 0; c < 3; c++) {
          assertThat(part.rgb()[3 * (3 * y + x) + c])
              .isEqualTo(whole.rgb()[3 * (10 * (y + 1) + x + 2) + c]);
        }
      }
    }
    assertThat(set.items().stream().map(set::contentHash)).doesNotHaveDuplicates();
  }

  @Test
  void pixels_belong_to_the_box_and_a_box_outside_is_a_broken_image() throws IOException {
    Fixtures.writePng(dir.resolve("1.png"), 1);
    Fixtures.writePng(dir.resolve("2.png"), 2);
    Path cache = dir.resolve("cache");
    float[][] pixels = new float[2][Fixtures.SMALL.values()];
    for (int i = 0; i < 2; i++) {
      table(
          "path,label,x1,y1,x2,y2",
          "1.png,a,%d,0,%d,8".formatted(i, i + 8),
          "2.png,b,0,0,11,9",
          "2.png,b,,,,");
      try (PixelCache store =
          PixelCache.open(layout().read(dir), Fixtures.SMALL, cache, Progress.NONE, false)) {
        store.input(0, pixels[i], 0);
        assertThat(store.broken())
            .containsExactly(
                new PixelCache.Broken(
                    "2.png[0,0,11,9]",
                    "the box 0,0,11,9 leaves the image, which has 10 x 9 pixels"));
        assertThat(store.notes()).isEmpty();
      }
    }
    assertThat(pixels[0]).isNotEqualTo(pixels[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4,0,4,9", "0,5,4,2", "1.5,0,4,9", "-1,0,4,9", "0,0,4,", "a,0,4,9"})
  void refuses_boxes_that_are_none(String box) throws IOException {
    table("path,label,x_1,y_1,x_2,y_2", "1.png,a,0,0,4,9", "2.png,b," + box);

    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("box (" + box + ") of row 2 of the manifest");
  }

  @Test
  void refuses_a_box_without_all_of_its_columns() throws IOException {
    table("path,label,x_1,y_1,x_2", "1.png,a,0,0,4");

    assertThatThrownBy(() -> layout().read(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("columns (x_1,y_1,x_2) of the manifest")
        .hasMessageContaining("be x_1,y_1,x_2,y_2, or none");
  }

  @Test
  void a_root_allows_paths_outside_of_the_folder_of_the_table() throws IOException {
    Fixtures.twelveImages(dir.resolve("images"));
    Path table =
        Fixtures.writeText(
            dir.resolve("tables/t.csv"),
            """
            path,label
            ../images/apple/image0.png,a
            %s,b
            plum/image0.png,c
            plum/gone.png,c
            """
                .formatted(dir.resolve("images/pear/image0.png").toAbsolutePath()));
    assertThatThrownBy(() -> layout().read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("path (../images/apple/image0.png) of row 1")
        .hasMessageContaining("add --root DIR");

    ImageSet set = new CsvManifest(dir.resolve("images")).read(table);

    assertThat(set.items())
        .extracting(ImageItem::path)
        .containsExactly("apple/image0.png", "pear/image0.png", "plum/gone.png", "plum/image0.png");
    assertThat(set.decode(set.items().get(0)).width()).isEqualTo(10);
    Path other = Files.createDirectories(dir.resolve("other"));
    assertThatThrownBy(() -> new CsvManifest(other).read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("path (../images/apple/image0.png) of row 1")
        .hasMessageContaining("stay inside of the folder " + other);
    assertThatThrownBy(() -> new CsvManifest(dir.resolve("no")).read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--root (" + dir.resolve("no") + ")");
  }

  @Test
  void refuses_a_path_that_leads_to_two_files() throws IOException {
    Fixtures.writePng(dir.resolve("1.png"), 1);
    Fixtures.writePng(dir.resolve("sub/1.png"), 2);
    Path table = Fixtures.writeText(dir.resolve("sub/t.csv"), "path,label\n1.png,a\n");

    assertThatThrownBy(() -> new CsvManifest(dir).read(table))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leads to 1.png and sub/1.png");
  }

  @Test
  void takes_absolute_paths_into_its_own_folder() throws IOException {
    Fixtures.twelveImages(dir);
    table(
        "path,label",
        dir.resolve("pear/image0.png").toAbsolutePath() + ",a",
        dir.resolve("plum/image0.png").toAbsolutePath() + ",b");

    assertThat(layout().read(dir).items())
        .extracting(ImageItem::path)
        .containsExactly("pear/image0.png", "plum/image0.png");
  }

  private Path table(String... lines) throws IOException {
    return Files.writeString(dir.resolve("index.csv"), String.join("\n", lines) + "\n");
  }
}
