/** How certain an aggregate over queries is. */
package dev.holdfast.metrics.stats;
