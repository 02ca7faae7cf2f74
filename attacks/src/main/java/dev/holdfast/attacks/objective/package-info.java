/** What an attacker wants: losses in embedding space. */
package dev.holdfast.attacks.objective;
