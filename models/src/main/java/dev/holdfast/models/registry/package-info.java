/** What there is of each extension point, read off its sealed type. */
package dev.holdfast.models.registry;
