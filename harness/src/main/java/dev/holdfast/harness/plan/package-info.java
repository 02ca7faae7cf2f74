/**
 * What is to be done: cells with ids that stay the same from run to run. Start reading at {@link
 * dev.holdfast.harness.plan.Plan}.
 */
package dev.holdfast.harness.plan;
