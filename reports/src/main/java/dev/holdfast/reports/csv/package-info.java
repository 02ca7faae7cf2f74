/** The CSV forms: {@code results.csv} and the per-query table. */
package dev.holdfast.reports.csv;
