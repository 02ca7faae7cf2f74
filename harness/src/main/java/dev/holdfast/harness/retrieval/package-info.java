/**
 * Searching: who asks in which draw, what the unperturbed queries find, and searches where some
 * items have no embedding. Start reading at {@link dev.holdfast.harness.retrieval.CleanBaseline}.
 */
package dev.holdfast.harness.retrieval;
