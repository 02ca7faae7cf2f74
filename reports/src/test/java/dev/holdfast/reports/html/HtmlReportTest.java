package dev.holdfast.reports.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.reports.Audits;
import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Example;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HtmlReportTest {

  private static final Pattern DATA =
      Pattern.compile("(?s)<script type=\"application/json\" id=\"page-data\">(.*?)</script>");
  private static final Pattern SCRIPT = Pattern.compile("(?s)<script>(.*?)</script>");

  @TempDir Path folder;

  private static String render(Audit audit) {
    return HtmlReport.render(audit, List.of(), Path.of("nowhere"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "\"'><b>&amp;",
        "${1 + 1}<#stop>",
        "<!--"
      })
  void escapes_hostile_names_everywhere(String name) throws Exception {
    List<Example> shown =
        Audits.show(folder, 1, 8).stream()
            .map(
                s ->
                    new Example(
                        name,
                        name,
                        name,
                        name,
                        1,
                        2,
                        s.cleanImage(),
                        s.perturbedImage(),
                        s.differenceImage(),
                        8,
                        s.before(),
                        s.after()))
            .toList();
    String page = HtmlReport.render(Audits.small(name, name), shown, folder);
    String own = SCRIPT.matcher(page).replaceAll("");
    assertThat(own.substring(own.indexOf("<title>"))).doesNotContain(name);
    JsonNode data = data(page);
    assertThat(data.get("entries")).isNotEmpty();
    assertThat(SCRIPT.matcher(page).results()).hasSize(4);
  }

  @Test
  void allows_exactly_the_scripts_it_has() throws Exception {
    String page = render(Audits.small());
    List<String> hashes =
        Pattern.compile("'sha256-([^']+)'")
            .matcher(page.substring(0, page.indexOf("<style>")))
            .results()
            .map(m -> m.group(1))
            .toList();
    List<String> expected = SCRIPT.matcher(page).results().map(HtmlReportTest::sourceHash).toList();
    assertThat(hashes).hasSize(4).isEqualTo(expected);
  }

  @Test
  void loads_nothing_from_elsewhere() {
    String page = render(Audits.small());
    String markup = SCRIPT.matcher(page).replaceAll("");
    assertThat(markup)
        .contains("default-src 'none'")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("sourceMappingURL")
        .doesNotContain("<link")
        .doesNotContain("@import");
  }

  @Test
  void has_every_number_without_scripts_too() {
    Audit audit = Audits.large();
    String page = render(audit);
    String table = page.substring(page.indexOf("id=\"plain\""), page.indexOf("Threat models"));
    long lines = audit.rows().stream().filter(r -> "map-at-r".equals(r.metric())).count();
    assertThat(table.split("<th scope=\"row\">", -1)).hasSize((int) lines + 1);
  }

  @Test
  void gives_verdicts_in_words() {
    assertThat(render(Audits.small())).contains(">Suspicious<", "1 of 2 trust checks");
  }

  @Test
  void shows_provenance_of_the_run() {
    assertThat(render(Audits.small())).contains("host-of-this-run", "f236bb9");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void renders_an_audit_with_next_to_nothing(boolean clean) {
    String page = render(Audits.bare(clean));
    assertThat(page).contains("Not checked", "no attack on images in this battery");
    assertThat(data(page).get("entries")).hasSize(clean ? 1 : 0);
    assertThat(data(page).get("charts")).isEmpty();
  }

  private static JsonNode data(String page) {
    var matcher = DATA.matcher(page);
    assertThat(matcher.find()).isTrue();
    return AuditJson.mapper().readTree(matcher.group(1));
  }

  private static String sourceHash(MatchResult script) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(script.group(1).getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
