/** Rows arranged for readers: one line per perturbation, headline numbers, wording. */
package dev.holdfast.reports.table;
