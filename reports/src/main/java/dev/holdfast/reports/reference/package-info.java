/** Scores of corruptions against the audit of a reference model, which is named and hashed. */
package dev.holdfast.reports.reference;
