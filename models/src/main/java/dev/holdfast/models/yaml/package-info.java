/** YAML read strictly: unknown and duplicate keys are errors with a line and a suggestion. */
package dev.holdfast.models.yaml;
