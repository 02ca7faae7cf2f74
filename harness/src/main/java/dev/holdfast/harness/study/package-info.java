/**
 * Studies: several training methods, each trained and audited with several seeds. Start reading at
 * {@link dev.holdfast.harness.study.StudyRunner}.
 */
package dev.holdfast.harness.study;
