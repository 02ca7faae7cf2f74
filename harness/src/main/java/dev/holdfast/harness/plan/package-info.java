/** What is to be done: cells with ids that stay the same from run to run. */
package dev.holdfast.harness.plan;
