package dev.holdfast.metrics.stats;

/**
 * Paired difference of two runs on the same queries.
 *
 * @param difference mean of the second minus mean of the first
 * @param low lower end of its 95 % interval
 * @param high upper end of its 95 % interval
 * @param pValue how often a difference as large would turn up if the runs were alike
 * @param n number of queries
 */
public record PairedDifference(double difference, double low, double high, double pValue, int n) {}
