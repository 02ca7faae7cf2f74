/**
 * What an audit found, as data. Everything that is rendered (CSV, Markdown, HTML) comes from these
 * records alone, so an audit can be rendered again from its files.
 *
 * <p>In JSON, keys are the snake_case forms of the component names, enum values are lower case, and
 * a number that is not finite is {@code null}; a {@code null} for a plain {@code double} reads back
 * as NaN. Boxed components are {@code null} where a value does not apply.
 */
package dev.holdfast.reports.result;
