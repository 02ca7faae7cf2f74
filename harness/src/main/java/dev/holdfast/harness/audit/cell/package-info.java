/**
 * Runs cells: perturbs images or embeddings, embeds, searches, and keeps examples and evidence.
 * Start reading at {@link dev.holdfast.harness.audit.cell.AuditContext} and {@link
 * dev.holdfast.harness.audit.cell.ImageCells}.
 */
package dev.holdfast.harness.audit.cell;
