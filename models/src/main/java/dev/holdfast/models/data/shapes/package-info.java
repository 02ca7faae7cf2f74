/**
 * The drawn data set {@code shapes}, which needs no files. Start reading at {@link
 * dev.holdfast.models.data.shapes.Shapes}.
 */
package dev.holdfast.models.data.shapes;
