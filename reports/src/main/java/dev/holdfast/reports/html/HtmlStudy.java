package dev.holdfast.reports.html;

import dev.holdfast.reports.study.StudyTable;
import java.util.List;
import java.util.Map;

/** A study as one HTML page that works offline: charts by ECharts, a table for each metric. */
public final class HtmlStudy {

  private HtmlStudy() {}

  /** Returns the whole page; links to reports of audits are relative to the folder of the study. */
  public static String render(StudyTable table) {
    StudyPage page = StudyPage.of(table);
    return SelfContainedPage.render(
        "study.ftlh",
        Map.of("page", page),
        Map.of("charts", page.charts()),
        List.of(SelfContainedPage.echarts(), SelfContainedPage.own("charts.js")),
        List.of(SelfContainedPage.own("report.css")));
  }
}
