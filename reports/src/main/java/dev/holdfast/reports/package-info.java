/** Reads and writes the files of an audit. */
package dev.holdfast.reports;
