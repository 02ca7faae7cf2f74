package dev.holdfast.reports.html;

import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.reports.json.AuditJson;
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
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A page that is one file: scripts, styles and data are inlined, and its content security policy
 * forbids it to load anything, or to run any script but its own.
 */
final class SelfContainedPage {

  private static final JsonMapper COMPACT =
      AuditJson.mapper().rebuild().disable(SerializationFeature.INDENT_OUTPUT).build();

  private SelfContainedPage() {}

  /**
   * Returns the whole page.
   *
   * @param template its file
   * @param parts what the template shows, by name
   * @param data what the scripts need
   * @param scripts in the order in which they run
   * @param styles in the order in which they count
   */
  static String render(
      String template,
      Map<String, Object> parts,
      Object data,
      List<String> scripts,
      List<String> styles) {
    Map<String, Object> model = new TreeMap<>();
    parts.forEach((name, part) -> model.put(name, COMPACT.convertValue(part, Map.class)));
    // Inside JSON a "<" can stand in texts only, where an escape means the same.
    model.put("json", COMPACT.writeValueAsString(data).replace("<", "\\u003c"));
    model.put("scripts", scripts);
    model.put(
        "script_hashes",
        scripts.stream().map(SelfContainedPage::sourceHash).collect(Collectors.joining(" ")));
    model.put("styles", String.join("\n", styles));
    StringWriter out = new StringWriter();
    try {
      configuration().getTemplate(template).process(model, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException(e);
    }
    return out.toString();
  }

  /** Returns the library that draws charts. */
  static String echarts() {
    return library("echarts", "META-INF/maven/org.webjars/echarts", "echarts.common.min.js");
  }

  /** Returns a file of the library that makes tables. */
  static String tabulator(String file) {
    return library("tabulator-tables", "META-INF/maven/org.webjars.npm/tabulator-tables", file);
  }

  /** Returns a file beside the templates. */
  static String own(String name) {
    return resource("/dev/holdfast/reports/html/" + name);
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_33);
    configuration.setClassForTemplateLoading(SelfContainedPage.class, "");
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
    InputStream in = SelfContainedPage.class.getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException(path);
    }
    return in;
  }

  private static String sourceHash(String script) {
    byte[] hash = Sha256.digest().digest(script.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
  }
}
