/** Output folders that stay whole: one run at a time, files that are old or new and never half. */
package dev.holdfast.metrics.file;
