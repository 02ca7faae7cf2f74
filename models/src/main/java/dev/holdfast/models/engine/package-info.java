/**
 * Models on the native engine: how they are opened and run, and what is needed to use its arrays
 * safely. Start reading at {@link dev.holdfast.models.engine.ModelLoader}.
 */
package dev.holdfast.models.engine;
