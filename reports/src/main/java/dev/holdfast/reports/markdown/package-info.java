/** The report as Markdown. */
package dev.holdfast.reports.markdown;
