package dev.holdfast.harness.config;

import java.nio.file.Path;

/**
 * Specification of an audit: what a user asked for.
 *
 * @param model path of the candidate
 * @param data what to search in
 * @param out folder of the audit
 * @param battery what to do
 * @param seed of everything random
 * @param batchSize images in a native batch
 * @param device {@code cpu} or {@code cuda:0}
 * @param threads of the engine and of Java
 * @param evidence which adversarial images to keep
 * @param fresh whether to delete an audit that is there
 * @param strict whether a broken image stops the run
 * @param earlyExit whether attacks may stop where nothing moves any more
 * @param reverse whether to go through the queries backwards; results are the same
 * @param frost folder of the pictures for corruption {@code frost}; null to draw them
 */
public record AuditSpec(
    Path model,
    DataSource data,
    Path out,
    Battery battery,
    long seed,
    int batchSize,
    String device,
    int threads,
    EvidenceMode evidence,
    boolean fresh,
    boolean strict,
    boolean earlyExit,
    boolean reverse,
    Path frost) {}
