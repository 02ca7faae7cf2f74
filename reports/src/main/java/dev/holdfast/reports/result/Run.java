package dev.holdfast.reports.result;

/**
 * All of an audit that changes from run to run.
 *
 * @param started ISO 8601
 * @param finished ISO 8601
 * @param wallSeconds seconds of work; resumed runs add up
 * @param host name of the machine
 * @param os operating system and version
 * @param java version of the Java runtime
 * @param device {@code cpu}, {@code cuda:0}
 * @param threads threads of the engine
 */
public record Run(
    String started,
    String finished,
    double wallSeconds,
    String host,
    String os,
    String java,
    String device,
    int threads) {}
