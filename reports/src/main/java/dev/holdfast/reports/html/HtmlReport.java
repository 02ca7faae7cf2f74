package dev.holdfast.reports.html;

import dev.holdfast.metrics.error.InputException;
import dev.holdfast.reports.result.Audit;
import dev.holdfast.reports.result.Example;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An audit as one HTML page that works offline: charts by ECharts, a table by Tabulator. */
public final class HtmlReport {

  private HtmlReport() {}

  /**
   * Returns the whole page.
   *
   * @param audit what to show
   * @param shown queries to show; may be empty
   * @param shownFolder where the images of {@code shown} are
   * @throws InputException if an image is missing or is not an image
   */
  public static String render(Audit audit, List<Example> shown, Path shownFolder) {
    AuditPage page = AuditPage.of(audit);
    return SelfContainedPage.render(
        "report.ftlh",
        Map.of("page", page, "gallery", Gallery.of(shown, shownFolder)),
        page.scriptData(),
        List.of(
            SelfContainedPage.echarts(),
            SelfContainedPage.tabulator("dist/js/tabulator.min.js"),
            SelfContainedPage.own("charts.js"),
            SelfContainedPage.own("table.js")),
        List.of(
            SelfContainedPage.tabulator("dist/css/tabulator_simple.min.css"),
            SelfContainedPage.own("report.css")));
  }
}
