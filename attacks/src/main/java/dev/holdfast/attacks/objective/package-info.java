/**
 * What an attacker wants: losses in embedding space. Start reading at {@link
 * dev.holdfast.attacks.objective.Objective}.
 */
package dev.holdfast.attacks.objective;
