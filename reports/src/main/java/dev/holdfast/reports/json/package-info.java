/** The JSON form of the result records. */
package dev.holdfast.reports.json;
