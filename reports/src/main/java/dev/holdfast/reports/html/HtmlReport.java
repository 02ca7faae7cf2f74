package dev.holdfast.reports.html;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.json.AuditJson;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Shown;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * An audit as one HTML page. Scripts (ECharts, Tabulator) and images are inlined, and the page's
 * content security policy forbids it to load anything, or to run any script but its own three.
 */
public final class HtmlReport {

  private static final JsonMapper COMPACT =
      AuditJson.mapper().rebuild().disable(SerializationFeature.INDENT_OUTPUT).build();

  private HtmlReport() {}

  /**
   * Returns the whole page.
   *
   * @param audit what to show
   * @param shown queries to show; may be empty
   * @param shownFolder where the images of {@code shown} are
   * @throws InputException if an image is missing or is not an image
   */
  public static String render(Audit audit, List<Shown> shown, Path shownFolder) {
    Page page = Page.of(audit);
    List<String> scripts =
        List.of(
            library("echarts", "META-INF/maven/org.webjars/echarts", "echarts.common.min.js"),
            library(
                "tabulator-tables",
                "META-INF/maven/org.webjars.npm/tabulator-tables",
                "dist/js/tabulator.min.js"),
            resource("/dev/holdfast/reports/html/report.js"));
    Map<String, Object> model = new TreeMap<>();
    model.put("page", COMPACT.convertValue(page, Map.class));
    model.put("gallery", COMPACT.convertValue(Gallery.of(shown, shownFolder), Map.class));
    // Inside JSON a "<" can stand in texts only, where an escape means the same.
    model.put("json", COMPACT.writeValueAsString(page.scriptData()).replace("<", "\\u003c"));
    model.put("scripts", scripts);
    model.put(
        "script_hashes",
        scripts.stream().map(HtmlReport::sourceHash).collect(Collectors.joining(" ")));
    model.put(
        "styles",
        Stream.of(
                library(
                    "tabulator-tables",
                    "META-INF/maven/org.webjars.npm/tabulator-tables",
                    "dist/css/tabulator_simple.min.css"),
                resource("/dev/holdfast/reports/html/report.css"))
            .collect(Collectors.joining("\n")));
    StringWriter out = new StringWriter();
    try {
      configuration().getTemplate("report.ftlh").process(model, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException(e);
    }
    return out.toString();
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_33);
    configuration.setClassForTemplateLoading(HtmlReport.class, "");
    configuration.setDefaultEncoding("UTF-8");
    configuration.setLocale(Locale.ROOT);
    configuration.setNumberFormat("computer");
    configuration.setLocalizedLookup(false);
    configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  /** Returns a file of a webjar, without the pointer to a source map that is not there. */
  private static String library(String name, String coordinates, String file) {
    Properties properties = new Properties();
    try (InputStream in = open("/" + coordinates + "/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("version");
    return resource("/META-INF/resources/webjars/" + name + "/" + version + "/" + file)
        .replaceAll("(?m)^//# sourceMappingURL=.*$|/\\*# sourceMappingURL=[^*]*\\*/", "")
        .replace("</script", "<\\/script")
        .strip();
  }

  private static String resource(String path) {
    try (InputStream in = open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String path) throws IOException {
    InputStream in = HtmlReport.class.getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException(path);
    }
    return in;
  }

  private static String sourceHash(String script) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
