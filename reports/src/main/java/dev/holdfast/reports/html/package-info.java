/** The report as one self-contained HTML page that works offline. */
package dev.holdfast.reports.html;
