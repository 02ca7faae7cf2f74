package dev.holdfast.metrics.stats;

/**
 * An aggregate over queries with its 95 % confidence interval.
 *
 * @param value mean over the queries; NaN where there is none
 * @param low lower end of the interval; NaN where there is no query
 * @param high upper end of the interval; NaN where there is no query
 * @param n number of queries
 */
public record Estimate(double value, double low, double high, int n) {}
