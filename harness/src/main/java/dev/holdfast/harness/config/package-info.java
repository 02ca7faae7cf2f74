/**
 * What a run is asked for, as records read from YAML and from the command line. Start reading at
 * {@link dev.holdfast.harness.config.Battery}.
 */
package dev.holdfast.harness.config;
