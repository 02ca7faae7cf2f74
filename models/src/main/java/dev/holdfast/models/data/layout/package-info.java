/**
 * How data sets lie on disk: folders of classes, manifests and the official forms of public data
 * sets. Start reading at {@link dev.holdfast.models.data.layout.DatasetLayout}.
 */
package dev.holdfast.models.data.layout;
