/** Runs audits: batches, cells on disk, resume, and the report at the end. */
package dev.holdfast.harness.run;
