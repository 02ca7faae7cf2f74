/**
 * One audit from its options to its report. Start reading at {@link
 * dev.holdfast.harness.audit.AuditRunner}.
 */
package dev.holdfast.harness.audit;
