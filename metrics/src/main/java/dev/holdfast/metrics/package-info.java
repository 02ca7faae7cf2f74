/** What is measured: exact search, retrieval metrics and their statistics. */
package dev.holdfast.metrics;
