/**
 * Runs cells: perturbs images or embeddings, embeds, searches, and keeps examples and evidence.
 * Start reading at {@link dev.holdfast.harness.audit.cell.CellContext} and {@link
 * dev.holdfast.harness.audit.cell.ImageCells}.
 */
package dev.holdfast.harness.audit.cell;
