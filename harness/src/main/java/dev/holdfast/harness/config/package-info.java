/** What a run does, as records read from YAML. */
package dev.holdfast.harness.config;
