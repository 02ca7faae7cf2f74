/**
 * What an attacker may do: norm, budget, side and knowledge. Start reading at {@link
 * dev.holdfast.attacks.threat.ThreatModel}.
 */
package dev.holdfast.attacks.threat;
