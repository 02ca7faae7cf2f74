/** Networks that Holdfast trains itself, as functions of named weights. */
package dev.holdfast.models.backbone;
