/** The model that errors under corruption are compared with: named and hashed. */
package dev.holdfast.reports.reference;
