/** What an attacker may do: norm, budget, side and knowledge. */
package dev.holdfast.attacks.threat;
