/**
 * What a run stands on: devices, data and models opened, images in batches, folders on this
 * machine, progress. Start reading at {@link dev.holdfast.harness.runtime.ImageBatches}.
 */
package dev.holdfast.harness.runtime;
