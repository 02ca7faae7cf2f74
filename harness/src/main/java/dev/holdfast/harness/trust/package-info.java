/**
 * Measures what the trust checks judge, and asks them. Start reading at {@link
 * dev.holdfast.harness.trust.TrustChecks}.
 */
package dev.holdfast.harness.trust;
