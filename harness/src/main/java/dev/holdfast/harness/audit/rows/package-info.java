/**
 * Turns outcomes into the rows of {@code results.csv} and {@code queries.csv.gz}. Start reading at
 * {@link dev.holdfast.harness.audit.rows.ResultRows}.
 */
package dev.holdfast.harness.audit.rows;
