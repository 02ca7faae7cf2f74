/**
 * Training of reference models: a recipe, a method and images become a directory that every command
 * opens as a model. An interrupted run goes on where it was, to the same bits.
 */
package dev.holdfast.models.training;
