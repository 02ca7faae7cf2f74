/**
 * What was measured in one cell, and the folder that keeps it, so that a killed audit goes on.
 * Start reading at {@link dev.holdfast.harness.outcome.CellOutcome} and {@link
 * dev.holdfast.harness.outcome.AuditFolder}.
 */
package dev.holdfast.harness.outcome;
