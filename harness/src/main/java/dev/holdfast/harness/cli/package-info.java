/** The command line. */
package dev.holdfast.harness.cli;
